/** `npm create penstock-plugin` for somebody who has npm and nothing else: the real npm, a registry, and the packed packages. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { cleanUp, temporaryFolder } from '../process/world.js'
import { type Registry, startRegistry } from './support/registry.js'

jest.setTimeout(300_000) // npm installs a hundred packages twice, on machines that are busy

const repository = resolve(__dirname, '../..')
let registry: Registry

beforeAll(async () => {
  const own = ['core', 'core/create-penstock-plugin'].map((path) => join(repository, path))
  registry = await startRegistry(join(repository, 'node_modules'), own)
})
afterAll(() => registry?.stop())
afterEach(cleanUp)

/** Runs npm as in an empty home. What packages compile when they are installed comes with them here. */
async function npm(cwd: string, cache: string, ...args: string[]): Promise<{ status: number; out: string }> {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(npm_|PENSTOCK_|NODE_)/i.test(name))
  const settings = { registry: registry.url, cache, ignore_scripts: true, audit: false, yes: true }
  const own = Object.entries(settings).map(([name, value]) => [`npm_config_${name}`, String(value)])
  const env = Object.fromEntries([...inherited, ...own, ['npm_config_userconfig', join(cache, 'npmrc')]])
  const child = spawn('npm', args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
  let out = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (piece) => {
      out += piece
    })
  const [status] = (await once(child, 'close')) as [number]
  return { status, out }
}

test('npm create writes a plugin whose npm test passes, at once and after npm install', async () => {
  const [cwd, cache] = [temporaryFolder(), temporaryFolder()]
  const flags = ['--category', 'Deploy', '--property', 'Name:string:required', '--yes']
  const made = await npm(cwd, cache, 'create', 'penstock-plugin', 'made', '--', ...flags)
  expect(made).toMatchObject({ status: 0, out: expect.stringContaining('&& npm test') })
  const folder = join(cwd, 'penstock-plugin-made')
  expect(readFileSync(join(folder, 'src/index.ts'), 'utf8')).toContain("category: 'Deploy'")

  const tested = await npm(folder, cache, 'test')
  expect(tested).toMatchObject({ status: 0, out: expect.stringMatching(/ fail 0/) })
  expect(tested.out).toContain('it keeps its place over restarts')
  // On another machine nothing is linked: installing brings @penstock/core and its command.
  rmSync(join(folder, 'node_modules'), { recursive: true })
  expect(await npm(folder, cache, 'install')).toMatchObject({ status: 0 })
  expect(await npm(folder, cache, 'run', 'check')).toMatchObject({ status: 0 })
})
