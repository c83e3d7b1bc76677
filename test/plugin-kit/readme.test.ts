/** plugins/README.md is true: each of its code blocks compiles, runs, or fails where it says so. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as core from '@penstock/core'
import { type TestRunner, testActionProvider } from '@penstock/core/testkit'
import ts from 'typescript'
import { cleanUp, penstock, temporaryFolder } from '../process/world.js'
import { repository } from './compile.js'
import { blocks, of, readme } from './readme.js'

jest.setTimeout(180_000) // npm and real servers, on machines that are busy

afterEach(cleanUp)

test('it has blocks of these languages only, each of which is looked at below', () => {
  expect([...new Set(blocks.map(({ language }) => language))].sort()).toEqual(['json', 'sh', 'ts', 'yaml'])
  expect(of('ts').length).toBeGreaterThan(15)
})

const judged = of('ts').flatMap((text) => {
  const [, verdict, fails] = /^\/\/ (good|bad)(?:: (.*))?$/m.exec(text) ?? []
  return verdict === undefined ? [] : [{ it: `${verdict} ${/provider: '(\w+)'/.exec(text)?.[1]}`, text, fails }]
})

test.each(judged)('the contract suite finds as it says: $it', async ({ text, fails }) => {
  const tests: [string, () => Promise<void>][] = []
  const runner: TestRunner = { describe: (_name, body) => body(), test: (name, body) => void tests.push([name, body]) }
  const provider = providerOf(text)
  const configuration = 'Token' in provider.configuration ? { Token: 'tops3cret' } : {}
  testActionProvider('readme', () => provider, { configuration }, runner)
  const failed: string[] = []
  for (const [name, body] of tests) await body().catch(() => failed.push(name))
  if (fails === undefined) expect(failed).toEqual([])
  else expect(failed).toContain(fails)
  rmSync('/tmp/penstock-readme-note', { force: true })
})

function providerOf(text: string): core.ActionProvider {
  const source = /'@penstock\/core'/.test(text) ? text : `import { defineAction } from '@penstock/core'\n${text}`
  const compilerOptions = { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2023 }
  const { outputText: code } = ts.transpileModule(source, { compilerOptions })
  const module = { exports: {} as { provider: core.ActionProvider } }
  new Function('module', 'exports', 'require', code)(module, module.exports, (id: string) =>
    id === '@penstock/core' ? core : require(id),
  )
  return module.exports.provider
}

test('the tutorial leads from nothing to an installed plugin', () => {
  const cwd = temporaryFolder()
  mkdirSync(join(cwd, 'bin'))
  writeFileSync(
    join(cwd, 'bin/penstock'),
    `#!/bin/sh\nexec '${process.execPath}' '${repository}/core/bin/penstock.js' "$@"\n`,
    { mode: 0o755 },
  )
  const env = { ...process.env, PATH: `${join(cwd, 'bin')}:${process.env.PATH}`, npm_config_offline: 'true' }
  const run = (script: string, folder: string) =>
    execFileSync('sh', ['-e'], { cwd: folder, env, input: script, encoding: 'utf8' })
  const [begin, check] = of('sh')
  expect(run(begin ?? '', cwd)).toMatch(/fail 0/)
  const folder = join(cwd, 'penstock-plugin-hello')
  const source = of('ts').find((text) => text.startsWith('// src/index.ts'))
  writeFileSync(join(folder, 'src/index.ts'), source ?? '')
  const said = run(check ?? '', folder)
  expect(said).toContain('hello: well (action Build/Custom/Hello/1)')
  expect(said).toMatch(/^hello +0\.1\.0 +registered +action Build\/Custom\/Hello\/1$/m)
  expect(said).toContain('penstock-plugin-hello is removed')
})

test('the YAML plugin is one', async () => {
  const cwd = temporaryFolder()
  for (const text of of('yaml')) {
    const name = /^# (\S+)$/m.exec(text)?.[1] ?? ''
    writeFileSync(join(cwd, name), text)
    expect(await penstock(['plugin', 'add', name, '--data', 'data'], { cwd })).toMatchObject({ status: 0, err: '' })
  }
  const { out } = await penstock(['plugin', 'list', '--data', 'data', '--output', 'json'], { cwd })
  const listed = (JSON.parse(out) as { name: string }[]).find(({ name }) => name === 'shout')
  expect(listed).toMatchObject({ state: 'registered', problems: [], provides: ['action Build/Custom/Shout/1'] })
})

test('JSON is JSON, and links lead somewhere', () => {
  for (const text of of('json')) expect(JSON.parse(text)).toHaveProperty('actionTypeId')
  for (const [, path = ''] of readme.matchAll(/`((?:core|test|plugins)\/[\w./-]+)`/g))
    expect(() => readFileSync(join(repository, path))).not.toThrow('ENOENT')
})
