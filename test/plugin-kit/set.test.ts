/** The set of plugins in git: versions in penstock.yaml, the lock file, and what upgrades do. The real npm, one registry, one server. */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { cleanUp, type Ended, penstock, type ServerProcess, serve, temporaryFolder } from '../process/world.js'
import { type PluginRegistry, type Publication, startPluginRegistry } from './support/plugin-registry.js'

jest.setTimeout(300_000) // npm and a real server, on machines that are busy

let registry: PluginRegistry
let server: ServerProcess
let cwd: string
let cache: string

/** A version of the plugin; what differs is said. */
function greet(
  version: string,
  more: { provider?: string; start?: string; test?: string; api?: string } = {},
): Publication {
  const { provider = 'Greet', start = '', test, api = '^1.0' } = more
  const code = `
const { definePlugin } = require('@penstock/core')
const { words } = require('greeting-words')
module.exports = definePlugin({ name: 'greet', apiVersion: '${api}', register(api) {
  api.provideAction({ category: 'Build', provider: '${provider}', inputArtifacts: [0, 1], configuration: {}, run: async () => ({ summary: words + ' ${version}' }) })
  api.onStart(() => { ${start} })
} })`
  return {
    manifest: {
      name: 'penstock-plugin-greet',
      version,
      description: 'Greets',
      keywords: ['penstock-plugin'],
      main: 'index.js',
      dependencies: { 'greeting-words': '^1.0.0' },
      peerDependencies: { '@penstock/core': '*' },
      penstock: { manifestVersion: 1, apiVersion: api, entry: './index.js', provides: [`action Build/${provider}/1`] },
    },
    files: { 'index.js': code, ...(test === undefined ? {} : { 'test/greet.test.ts': test }) },
  }
}

const words: Publication = {
  manifest: { name: 'greeting-words', version: '1.0.1', main: 'index.js' },
  files: { 'index.js': "exports.words = 'hello'" },
}

const contract = `
import { testActionProvider } from '@penstock/core/testkit'
import { defineAction } from '@penstock/core'
const wait = defineAction({ category: 'Build', provider: 'Greet', configuration: {}, run: async (_job, ctx) => void (await ctx.exec(['echo', 'hello'])) })
testActionProvider('Greet', () => wait, {})
`
const failing = "import { test } from 'node:test'\ntest('it greets', () => { throw new Error('it is rude') })\n"

beforeAll(async () => {
  registry = await startPluginRegistry([
    words,
    greet('1.0.0'),
    greet('1.1.0', { test: contract }),
    greet('1.2.0', { test: failing }),
    greet('1.3.0', { provider: 'Welcome' }),
    greet('1.4.0', { start: "throw new Error('no greeting today')" }),
    greet('2.0.0', { api: '^9.0' }),
  ])
  ;[cwd, cache] = [temporaryFolder(), temporaryFolder()]
  writeFileSync(join(cwd, 'penstock.yaml'), '# kept as it is\nlog: { level: warn }\n')
})
afterAll(async () => {
  await cleanUp()
  await registry?.stop()
})

/** Runs `penstock plugin ...` on an installation of its own. */
function plugin(folder: string, ...args: string[]): Promise<Ended> {
  return at(registry.url, folder, ...args)
}

function at(url: string, folder: string, ...args: string[]): Promise<Ended> {
  const env = { npm_config_registry: url, npm_config_cache: cache, npm_config_userconfig: join(cache, 'npmrc') }
  const all =
    args[0] === 'search' ? args : [...args, '--config', join(folder, 'penstock.yaml'), '--data', join(folder, 'data')]
  return penstock(['plugin', ...all], { cwd: folder, env })
}

const lockOf = (folder: string) => join(folder, 'penstock-plugins-lock.json')
const read = (path: string) => readFileSync(path, 'utf8')
const installed = (folder: string) =>
  (
    JSON.parse(read(join(folder, 'data/plugins/node_modules/penstock-plugin-greet/package.json'))) as {
      version: string
    }
  ).version

test('add writes the version into penstock.yaml, and every package with its hash into the lock file', async () => {
  expect(await plugin(cwd, 'add', 'penstock-plugin-greet@1.0.0')).toMatchObject({ status: 0, err: '' })
  expect(read(join(cwd, 'penstock.yaml'))).toMatch(
    /^# kept as it is\n[\s\S]*penstock-plugin-greet:\n\s+version: 1\.0\.0\n/,
  )
  const { packages } = JSON.parse(read(lockOf(cwd))) as { packages: Record<string, { integrity?: string }> }
  expect(packages['node_modules/penstock-plugin-greet']?.integrity).toMatch(/^sha512-/)
  expect(packages['node_modules/greeting-words']?.integrity).toMatch(/^sha512-/)
  expect(read(lockOf(cwd))).not.toContain('http')
})

/** Another machine, which has the two files from git. */
function clone(): string {
  const folder = temporaryFolder()
  for (const name of ['penstock.yaml', 'penstock-plugins-lock.json'])
    writeFileSync(join(folder, name), read(join(cwd, name)))
  return folder
}

test('install --frozen makes the same set elsewhere, and refuses what the two files do not say', async () => {
  const other = clone()
  const lock = read(lockOf(other))
  writeFileSync(lockOf(other), lock.replace(/sha512-./g, 'sha512-A'))
  const tampered = await plugin(other, 'install', '--frozen')
  expect(tampered).toMatchObject({ status: 1, err: expect.stringMatching(/EINTEGRITY/) })
  expect(existsSync(join(other, 'data/plugins/node_modules'))).toBe(false)

  writeFileSync(lockOf(other), lock)
  const yaml = read(join(other, 'penstock.yaml'))
  writeFileSync(join(other, 'penstock.yaml'), yaml.replace('1.0.0', '1.1.0'))
  const differs = await plugin(other, 'install', '--frozen')
  expect(differs).toMatchObject({
    status: 1,
    err: expect.stringContaining(
      'plugins.penstock-plugin-greet is 1.1.0, and the lock file has 1.0.0: run penstock plugin install without --frozen',
    ),
  })
  writeFileSync(join(other, 'penstock.yaml'), yaml.replace('1.0.0', '1.0'))
  expect((await plugin(other, 'install', '--frozen')).err).toContain('write it in quotes')

  writeFileSync(join(other, 'penstock.yaml'), yaml)
  const made = await plugin(other, 'install', '--frozen')
  expect(made).toMatchObject({ status: 0, out: expect.stringContaining('penstock-plugin-greet not there -> 1.0.0') })
  expect(read(lockOf(other))).toBe(lock)
  expect((await plugin(other, 'install', '--frozen')).out).toBe('all plugins are as they should be\n')
})

test('a bundle brings the set to a machine without a registry', async () => {
  const file = join(cwd, 'set.tgz')
  expect(await plugin(cwd, 'bundle', file)).toMatchObject({ status: 0, err: '' })
  const other = clone()
  const nowhere = 'http://127.0.0.1:9'
  const made = await at(nowhere, other, 'install', '--frozen', '--bundle', file)
  expect(made).toMatchObject({ status: 0, err: '' })
  expect(installed(other)).toBe('1.0.0')
  writeFileSync(lockOf(other), `${read(lockOf(other))}\n`)
  const foreign = await at(nowhere, other, 'install', '--frozen', '--bundle', file)
  expect(foreign).toMatchObject({ status: 1, err: expect.stringContaining('was made for another') })
})

test('outdated and search say what is newer, and whether this Penstock can load it', async () => {
  const outdated = await plugin(cwd, 'outdated', '--json')
  expect(outdated.status).toBe(1)
  expect(JSON.parse(outdated.out)).toEqual([
    {
      name: 'penstock-plugin-greet',
      current: '1.0.0',
      wanted: '1.0.0',
      latest: '2.0.0',
      note: expect.stringContaining('is for plugin API ^9.0'),
    },
  ])
  const found = await plugin(cwd, 'search', 'greet')
  expect(found.out).toMatch(/penstock-plugin-greet +2\.0\.0 .*Greets.*is for plugin API \^9\.0/)
})

describe('at a running server', () => {
  const statusOf = async () => {
    const { out } = await plugin(cwd, 'status', 'greet', '--json')
    return JSON.parse(out) as { state: string; version: string; uses: unknown[]; running: boolean; wanted: string }
  }

  beforeAll(async () => {
    const action = (name: string, category: string, owner: string, provider: string, configuration: object) => ({
      name,
      actionTypeId: { category, owner, provider, version: '1' },
      configuration,
    })
    const source = {
      ...action('Fetch', 'Source', 'AWS', 'S3', {
        S3Bucket: 'my-releases',
        S3ObjectKey: 'k.zip',
        PollForSourceChanges: 'false',
      }),
      outputArtifacts: [{ name: 'Code' }],
    }
    const stages = [
      { name: 'Source', actions: [source] },
      { name: 'Make', actions: [action('Hello', 'Build', 'Custom', 'Greet', {})] },
    ]
    const pipeline = {
      name: 'site',
      roleArn: 'arn:aws:iam::000000000000:role/x',
      artifactStore: { type: 'S3', location: 'codepipeline-x' },
      stages,
    }
    writeFileSync(join(cwd, 'penstock.yaml'), `${read(join(cwd, 'penstock.yaml'))}pipelines: ./pipelines\n`)
    mkdirSync(join(cwd, 'pipelines'))
    writeFileSync(join(cwd, 'pipelines', 'site.json'), JSON.stringify({ pipeline }))
    server = await serve(cwd, ['--config', join(cwd, 'penstock.yaml')])
  })
  afterAll(() => server?.end('SIGTERM'))

  test('status is the truth of the server, and names the pipelines that need the plugin', async () => {
    expect(await statusOf()).toMatchObject({
      state: 'started',
      version: '1.0.0',
      running: true,
      wanted: '1.0.0',
      uses: [{ pipelineName: 'site', stageName: 'Make', name: 'Hello', type: 'action Build/Custom/Greet/1' }],
    })
  })

  test.each([
    ['1.2.0', 'fails its own contract tests', []],
    ['1.3.0', 'no longer provides what pipelines need: action Build/Custom/Greet/1 (site: Make/Hello)', ['--no-tests']],
    ['1.4.0', 'the version before is back, and runs', ['--no-tests']],
  ])('an upgrade to %s is not made: %s', async (version, why, flags) => {
    const before = [read(join(cwd, 'penstock.yaml')), read(lockOf(cwd))]
    expect(await plugin(cwd, 'upgrade', 'greet', '--to', version, ...flags)).toMatchObject({
      status: 1,
      err: expect.stringContaining(why),
    })
    expect([read(join(cwd, 'penstock.yaml')), read(lockOf(cwd))]).toEqual(before)
    expect(installed(cwd)).toBe('1.0.0')
    expect(await statusOf()).toMatchObject({ state: 'started', version: '1.0.0' })
  })

  test('an upgrade that passes its contract tests is in the running server, the files and a rollback', async () => {
    const done = await plugin(cwd, 'upgrade', 'greet', '--to', '1.1.0')
    expect(done).toMatchObject({ status: 0, out: expect.stringContaining('started in the running server') })
    expect(done.out).toMatch(/contract tests (pass|were not run)/)
    expect(read(join(cwd, 'penstock.yaml'))).toContain('version: 1.1.0')
    expect(read(lockOf(cwd))).toContain('"version": "1.1.0"')
    expect(await statusOf()).toMatchObject({ state: 'started', version: '1.1.0' })
  })

  test('disable and remove name the pipelines, and reach the server', async () => {
    const needed = '1 pipeline needs it: site (Make/Hello)'
    expect((await plugin(cwd, 'disable', 'greet')).out).toContain(needed)
    expect(await plugin(cwd, 'enable', 'greet')).toMatchObject({ status: 0 })
    const removed = await plugin(cwd, 'remove', 'greet')
    expect(removed).toMatchObject({ status: 0, out: expect.stringContaining(needed) })
    expect(removed.out).toContain('also from the running server')
    expect((await plugin(cwd, 'list', '--json')).out).not.toContain('"greet"')
    rmSync(join(cwd, 'data/plugins.prev'), { recursive: true })
  })
})
