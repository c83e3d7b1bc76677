/** The registry proves itself: every folder of plugins/ is a plugin that registers, with what it must bring. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { type RunningServer, startServer } from '../../src/app/server.js'
import { bundledPlugins } from '../../src/host/discover.js'
import { readManifest } from '../../src/host/manifest.js'
import { removeFolders, temporaryFolder } from './world.js'

const plugins = resolve(__dirname, '../../../plugins')
const ids = readdirSync(plugins).filter((id) => existsSync(join(plugins, id, 'package.json')))

let server: RunningServer
beforeAll(async () => {
  server = await startServer({
    dataDir: temporaryFolder(),
    cwd: temporaryFolder(),
    port: 0,
    env: { PENSTOCK_LOG_LEVEL: 'silent' },
  })
}, 60_000)
afterAll(async () => {
  await server.stop()
  removeFolders()
})

test('all of them are found as bundled', async () => {
  expect(await bundledPlugins()).toEqual(ids.map((id) => join(plugins, id)).sort())
})

describe.each(ids)('%s', (id) => {
  const folder = join(plugins, id)

  test('has a manifest with its id, the keyword and a peer dependency on the core', async () => {
    const manifest = await readManifest(folder)
    expect(manifest.name).toBe(id)
    const pkg = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
    expect(pkg.keywords).toContain('penstock-plugin')
    expect(pkg.peerDependencies).toHaveProperty(['@penstock/core'])
  })

  test('has a README that names it', () => {
    expect(readFileSync(join(folder, 'README.md'), 'utf8')).toContain(id)
  })

  test('starts in a server, with nothing to complain of', () => {
    const plugin = server.services.plugins.list().find(({ name }) => name === id)
    expect(plugin).toMatchObject({ state: 'started', problems: [], bundled: true })
  })

  test('says in its manifest, before any of its code runs, whatever it may provide', async () => {
    const { provides } = await readManifest(folder)
    const plugin = server.services.plugins.list().find(({ name }) => name === id)
    expect(provides).toEqual(expect.arrayContaining([...(plugin?.provides ?? [])]))
  })

  test('has tests', () => {
    const tests = readdirSync(join(folder, 'test'), { recursive: true }).filter((name) =>
      /\.test\.tsx?$/.test(String(name)),
    )
    expect(tests).not.toEqual([])
  })
})
