import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadConfig } from '../../../src/app/config.js'
import { configurationOf } from '../../../src/cli/backup/configuration.js'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'penstock-backup-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

test('a backup takes along what the installation is told, and nothing that is not there', () => {
  for (const name of ['live', 'one', 'two']) mkdirSync(join(folder, name))
  for (const name of ['greet.ts', 'one/x.ts', 'two/x.ts']) writeFileSync(join(folder, name), '')
  const plugins = ['./greet.ts', './one/x.ts', './two/x.ts', './gone.ts', 'github-source'].map((key) => `  ${key}: {}`)
  writeFileSync(join(folder, 'penstock.yaml'), `pipelines: live\nplugins:\n${plugins.join('\n')}\n`)
  const copied = configurationOf(loadConfig({ cwd: folder, env: {} }))
  expect(copied).toEqual([
    { from: join(folder, 'penstock.yaml'), to: 'penstock.yaml' },
    { from: join(folder, 'live'), to: 'pipelines' },
    { from: join(folder, 'greet.ts'), to: 'plugins/greet.ts' },
    { from: join(folder, 'one/x.ts'), to: 'plugins/x.ts' },
    { from: join(folder, 'two/x.ts'), to: 'plugins/2-x.ts' },
  ])
})

test('without a file there is nothing to take', () => {
  expect(configurationOf(loadConfig({ cwd: folder, env: {} }))).toEqual([])
})
