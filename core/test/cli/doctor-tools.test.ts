/** What `penstock doctor` looks for on the machine: what plugins' manifests say, for the plugins that are on. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Config } from '../../src/app/config.js'
import { lookAtTools } from '../../src/cli/doctor/tools.js'

const folder = mkdtempSync(join(tmpdir(), 'penstock-needs-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('a need is met by any of its programs, and told with its plugin and remedy when by none', async () => {
  const needs = [
    { programs: ['no-such-builder', 'node'], use: 'builds', install: 'apt-get install builder' },
    { programs: ['no-such-tool'], use: 'measures', install: 'apt-get install tool' },
  ]
  const penstock = { manifestVersion: 1, apiVersion: '^1.0', entry: './index.js', needs }
  mkdirSync(join(folder, 'own'))
  writeFileSync(join(folder, 'own', 'package.json'), JSON.stringify({ name: 'penstock-plugin-own', penstock }))
  const config = (plugins: object) => ({ plugins, baseFolder: folder, dataDir: folder, database: {} }) as Config
  const found = await lookAtTools(config({ './own': {} }))
  expect(found).toContainEqual({ name: 'no-such-builder', state: 'ok', found: process.version })
  expect(found).toContainEqual({
    name: 'no-such-tool',
    state: 'warn',
    found: 'not found',
    remedy: 'own: measures: apt-get install tool',
  })
  const names = async (plugins: object) => (await lookAtTools(config(plugins))).map(({ name }) => name)
  expect(await names({ './own': false, 'docker-build': {}, 'rake-build': false })).toEqual(
    expect.not.arrayContaining(['no-such-tool', 'rake']),
  )
  expect(await names({ 'docker-build': {} })).toEqual(expect.arrayContaining(['docker', 'git', 'ssh', 'ruby', 'rake']))
  expect(await names({})).not.toContain('docker')
})
