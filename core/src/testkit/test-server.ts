/** A whole server in this process, on a folder and a port of its own, with the plugins that a test gives it. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { type RunningServer, startServer } from '../app/server.js'
import { systemPrincipal } from '../app/system-principal.js'
import type { Clock } from '../domain/clock.js'
import type { ActionProvider } from '../host/action-provider.js'
import { bundledPlugins } from '../host/discover.js'
import { API_VERSION, definePlugin, isPlugin, type Plugin } from '../host/plugin.js'
import type { RuleProvider } from '../host/rule-provider.js'
import type { SourceProvider } from '../host/source-provider.js'

/**
 * A plugin, or a provider that is to be wrapped in one.
 * @example
 * const both: readonly Pluggable[] = [dummyProvider(), definePlugin({ name: 'x', apiVersion: '^1.0', register() {} })]
 */
// biome-ignore lint/suspicious/noExplicitAny: providers of every configuration
export type Pluggable = Plugin<any> | ActionProvider<any> | SourceProvider<any> | RuleProvider<any>

/**
 * What the server has.
 * @example
 * const options: TestServerOptions = { bundled: ['stage-rules'] }
 */
export interface TestServerOptions {
  readonly plugins?: readonly Pluggable[]
  /** Penstock's own plugins that are to run too, by name: `['aws-api']`. None when absent. */
  readonly bundled?: readonly string[]
  /** Sections of penstock.yaml for plugins, by name. */
  readonly config?: Readonly<Record<string, unknown>>
  /** Other sections of penstock.yaml, such as `{ topics: { … } }`. */
  readonly settings?: Readonly<Record<string, unknown>>
  readonly clock?: Clock
}

/**
 * A server that runs in this process.
 * @example
 * const server: TestServer = await startTestServer()
 * await server.stop()
 */
export interface TestServer extends RunningServer {
  /** All of its files; removed by `stop`. */
  readonly folder: string
  /** An administrator, for `services.operations`. */
  readonly admin: ReturnType<typeof systemPrincipal>
  /** What the server logged so far. */
  log(): string
}

/**
 * Starts a real server: SQLite, worker, HTTP on 127.0.0.1, on a port that is free. Stop it when the test is over.
 * @example
 * const server = await startTestServer({ plugins: [dummyProvider({ log: 'hello' })] })
 * const { pipelines } = await server.services.operations.listPipelines(server.admin, {})
 * await server.stop()
 */
export async function startTestServer(options: TestServerOptions = {}): Promise<TestServer> {
  const folder = mkdtempSync(join(tmpdir(), 'penstock-server-'))
  const remove = () => rmSync(folder, { recursive: true, force: true })
  let log = ''
  try {
    const own = (options.plugins ?? []).map((each, place) =>
      writePackage(join(folder, 'plugins'), asPlugin(each, place)),
    )
    const server = await startServer({
      dataDir: join(folder, 'data'),
      cwd: folder,
      port: 0,
      env: {},
      bundled: [...own, ...(await bundledFolders(options.bundled ?? []))],
      overrides: { ...options.settings, plugins: options.config ?? {} },
      writeLog: (line) => {
        log += line
      },
      ...(options.clock ? { clock: options.clock } : {}),
    })
    const admin = systemPrincipal(server.config.server.accountId)
    const stop = async (reason?: string) => {
      await server.stop(reason)
      remove()
    }
    return { ...server, folder, admin, log: () => log, stop }
  } catch (error) {
    remove()
    throw error
  }
}

function asPlugin(given: Pluggable, place: number): Plugin {
  if (isPlugin(given)) return given
  return definePlugin({
    name: `test-${place + 1}`,
    apiVersion: `^${API_VERSION}`,
    register(api) {
      if (!('category' in given)) api.provideRule(given)
      else if ('latestRevision' in given) api.provideSource(given)
      else api.provideAction(given)
    },
  })
}

/** Objects of this process, where a package's code finds them. */
const held: Record<string, Plugin> = {}
const holder = Symbol.for('penstock.testkit.plugins')

/** A package whose only code hands out the plugin: so it goes the way of every other. */
function writePackage(parent: string, plugin: Plugin): string {
  const folder = join(parent, plugin.name)
  mkdirSync(folder, { recursive: true })
  held[folder] = plugin
  Object.assign(globalThis, { [holder]: held })
  const penstock = { manifestVersion: 1, apiVersion: plugin.apiVersion, entry: './index.js' }
  const manifest = { name: `penstock-plugin-${plugin.name}`, version: '0.0.0', keywords: ['penstock-plugin'], penstock }
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest))
  const code = `module.exports = globalThis[Symbol.for('${String(holder.description)}')][${JSON.stringify(folder)}]\n`
  writeFileSync(join(folder, 'index.js'), code)
  return folder
}

async function bundledFolders(names: readonly string[]): Promise<string[]> {
  const all = await bundledPlugins()
  return names.map((name) => {
    const found = all.find((folder) => [name, `penstock-plugin-${name}`].includes(basename(folder)))
    if (found === undefined)
      throw new Error(`no plugin '${name}' comes with Penstock: ${all.map((f) => basename(f)).join(', ')}`)
    return found
  })
}
