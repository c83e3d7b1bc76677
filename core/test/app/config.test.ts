import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { loadConfig } from '../../src/app/config.js'
import { environmentVariables } from '../../src/app/config-env.js'
import { ConfigError } from '../../src/app/config-file.js'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'penstock-config-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function load(yaml: string, env: NodeJS.ProcessEnv = {}, overrides: Record<string, unknown> = {}) {
  const file = join(folder, 'penstock.yaml')
  writeFileSync(file, yaml)
  return loadConfig({ file, env, overrides })
}

function problems(yaml: string, env: NodeJS.ProcessEnv = {}): readonly string[] {
  try {
    load(yaml, env)
  } catch (error) {
    if (error instanceof ConfigError) return error.problems.map((problem) => problem.replace(folder, ''))
    throw error
  }
  throw new Error('the configuration was accepted')
}

test('nothing configured is 127.0.0.1:8080, with a data folder beside it', () => {
  const config = loadConfig({ cwd: folder, env: {} })
  expect(config.server).toEqual({
    host: '127.0.0.1',
    port: 8080,
    region: 'us-east-1',
    accountId: '000000000000',
    metrics: 'loopback',
  })
  expect(config.dataDir).toBe(join(folder, '.penstock'))
  expect(config.polling.schedule).toBe('* * * * *')
  expect(config.worker).toEqual({ enabled: true, concurrency: 8, leaseSeconds: 90 })
})

test('the default file wants projects to be declared, changes nothing else, and names every variable', () => {
  const file = resolve(__dirname, '../../../config/penstock.yaml')
  const text = readFileSync(file, 'utf8')
  const { baseFolder: _, file: __, ...fromFile } = load(text)
  rmSync(join(folder, 'penstock.yaml'))
  const { baseFolder: ___, ...none } = loadConfig({ cwd: folder, env: {} })
  expect(fromFile).toEqual({ ...none, plugins: { 'shell-build': { codebuild: { unknownProject: 'fail' } } } })
  for (const name of Object.keys(environmentVariables)) expect(text).toContain(name)
})

test('every line that the default file comments out is accepted when it is not', () => {
  const text = readFileSync(resolve(__dirname, '../../../config/penstock.yaml'), 'utf8')
  const lines = text
    .split('\n')
    .map((line) => (/^[^#]/.test(line) ? line : (/^# ?( *[\w./'-]+:( |$).*| *[[\]{}],?$)/.exec(line)?.[1] ?? '')))
  expect(() => load(lines.filter((line) => line !== '').join('\n'))).not.toThrow()
})

test('the file is outdone by the environment, and both by the command line', () => {
  const yaml = 'server:\n  port: 1\n  host: a\n  region: eu-west-1\n'
  const config = load(yaml, { PENSTOCK_PORT: '2', PENSTOCK_HOST: 'b' }, { 'server.host': 'c' })
  expect(config.server).toMatchObject({ port: 2, host: 'c', region: 'eu-west-1' })
})

test('a relative path starts from the file; one from the environment where the server was started', () => {
  expect(load('dataDir: here').dataDir).toBe(join(folder, 'here'))
  expect(load('', { PENSTOCK_DATA: 'there' }).dataDir).toBe(resolve('there'))
})

test("a service's section is its plugin's, and cannot be given twice", () => {
  const codebuild = { unknownProject: 'fail' }
  const both = `codebuild: { unknownProject: fail }\nplugins: { shell-build: { other: 1 } }\n`
  expect(load(both).plugins).toEqual({ 'shell-build': { other: 1, codebuild } })
  expect(load('codebuild: {}\nplugins: { shell-build: false }\n').plugins).toEqual({ 'shell-build': false })
  expect(() => load('codebuild: {}\nplugins: { shell-build: { codebuild: {} } }\n')).toThrow('leave one of them out')
})

test('an empty section is as good as none', () => {
  expect(load('server:\nplugins:\n').server.port).toBe(8080)
})

test.each([
  {
    it: 'an unknown key, with its line and the nearest known one',
    yaml: 'dataDir: x\nserver:\n  host: a\n  prot: 80\n',
    says: "/penstock.yaml:4:3: server.prot unknown key; did you mean 'port'?",
  },
  {
    it: 'a value that cannot be',
    yaml: 'server:\n  port: 99999\n',
    says: '/penstock.yaml:2:3: server.port is 99999, but must be <= 65535',
  },
  {
    it: 'a number where a text must be',
    yaml: 'server:\n  accountId: 000000000000\n',
    says: '/penstock.yaml:2:3: server.accountId is 0, but must be a string',
  },
  {
    it: 'a list for a map',
    yaml: 'plugins:\n  - github-source\n',
    says: '/penstock.yaml:1:1: plugins is a list, but must be a map',
  },
  { it: 'text that is no YAML', yaml: 'server: {\n', says: expect.stringMatching(/^\/penstock\.yaml:\d+:\d+: /) },
  { it: 'a file that is no map', yaml: '- a\n- b\n', says: expect.stringContaining('must be a map') },
])('told: $it', ({ yaml, says }) => {
  expect(problems(yaml)).toEqual([says])
})

test('a variable that is wrong is named', () => {
  expect(problems('', { PENSTOCK_PORT: 'eighty' })).toEqual([
    'PENSTOCK_PORT: server.port is "eighty", but must be a whole number',
  ])
})

test('every problem is told at once', () => {
  expect(problems('server:\n  prot: 1\n  metrics: maybe\nlogs: {}\n')).toHaveLength(3)
})

test('a file that is named must be there', () => {
  expect(() => loadConfig({ file: join(folder, 'no.yaml'), env: {} })).toThrow('no.yaml: cannot be read (ENOENT)')
})
