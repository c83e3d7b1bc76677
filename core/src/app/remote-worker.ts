/** A worker on a machine of its own: the same plugins and the same Worker, on a server's queue. */

import { randomUUID } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '../domain/clock.js'
import { defined } from '../domain/defined.js'
import { attributeErrors } from '../host/attribute-errors.js'
import { discoverPlugins, type PluginReference } from '../host/discover.js'
import type { Logger } from '../host/plugin.js'
import { HttpJobClient } from '../worker/http-job-client.js'
import { idleRules } from '../worker/idle-rules.js'
import { ApiRefused, PenstockApi } from '../worker/penstock-api.js'
import { providersOf } from '../worker/provider-lookup.js'
import { type Config, type ConfigSources, loadConfig } from './config.js'
import { ConfigError } from './config-file.js'
import { openDataFolder } from './data-folder.js'
import { lockFolder } from './folder-lock.js'
import { asLogger, createPino } from './logger.js'
import { makeWorker } from './make-worker.js'
import { pluginProblems } from './plugin-problems.js'
import { StopStack } from './stop-stack.js'

export interface RemoteWorkerOptions extends ConfigSources {
  /** `https://penstock.example.com`. */
  readonly endpoint: string
  readonly accessKeyId: string
  readonly secretAccessKey: string
  /** Certificates in PEM that are trusted besides those that Node trusts. */
  readonly ca?: string
  /** For a worker that starts for the first time; the machine's name when absent. Kept in the data folder from then on. */
  readonly name?: string
  readonly writeLog?: (line: string) => void
  readonly bundled?: readonly string[]
  readonly onFatal?: (error: unknown) => void
}

export interface RunningWorker {
  readonly name: string
  readonly problems: readonly string[]
  /** Lets go of everything: steps run on, and the next start on this folder takes them up. */
  stop(reason?: string): Promise<void>
}

/**
 * Starts a worker. A server that does not answer is waited for.
 * Errors: ConfigError, for keys and rights that the server refuses too; DataFolderRefused.
 */
export async function startRemoteWorker(options: RemoteWorkerOptions): Promise<RunningWorker> {
  const config = loadConfig(options)
  const pino = createPino(config.log.level, options.writeLog)
  const log = asLogger(pino)
  const stack = new StopStack(systemClock, log)
  try {
    return await bringUp({ options, config, log, pluginLog: (plugin) => asLogger(pino, { plugin }), stack })
  } catch (error) {
    await stack.stop()
    throw error
  }
}

/** A worker on its way up. */
interface Starting {
  readonly options: RemoteWorkerOptions
  readonly config: Config
  readonly log: Logger
  readonly pluginLog: (plugin: string) => Logger
  readonly stack: StopStack
}

async function bringUp(starting: Starting): Promise<RunningWorker> {
  const { options, config, log, stack } = starting
  openDataFolder(config.dataDir)
  stack.push('data folder', lockFolder(config.dataDir))
  const { endpoint, accessKeyId, secretAccessKey, ca } = options
  const keys = { accessKeyId, secretAccessKey }
  const api = new PenstockApi({ endpoint, region: config.server.region, keys, ...defined({ ca }) })
  const client = new HttpJobClient(api, workerName(config.dataDir, options.name), systemClock)
  stack.push('connections', () => client.close())
  await introduce(client, log)
  const parts = makeWorker({ ...starting, clock: systemClock, client, endpoint, references: await discover(starting) })
  if (options.onFatal) {
    stack.push('error attribution', attributeErrors({ host: parts.host, log, fatal: options.onFatal }))
  }
  await parts.host.register()
  stack.push('plugins', () => parts.host.stop())
  await parts.host.start()
  stack.push('logs', () => parts.logs.close())
  stack.push('worker', () => parts.worker.stop())
  await parts.worker.start()
  const isolation = await parts.isolation.startProblems()
  for (const problem of isolation) log.warn(problem)
  log.info('working', { endpoint, name: client.workerName, dataDir: config.dataDir })
  return {
    name: client.workerName,
    problems: [...pluginProblems(parts.host), ...isolation, ...idleRules(config.worker, providersOf(parts.registry))],
    stop: async (why = 'stop() was called') => {
      log.info('stopping', { reason: why })
      await stack.stop()
    },
  }
}

/** What can never work is said at once; whatever may pass is waited for. Errors: ConfigError. */
async function introduce(client: HttpJobClient, log: Logger): Promise<void> {
  try {
    await client.heartbeat([])
    await client.recover('')
  } catch (error) {
    if (error instanceof ApiRefused && error.status >= 400 && error.status < 500) {
      throw new ConfigError([`the server refused this worker: ${error.message}`])
    }
    log.warn('the server does not answer yet', { error: (error as Error).message })
  }
}

function discover({ options, config }: Starting): Promise<readonly PluginReference[]> {
  return discoverPlugins({
    configured: config.plugins,
    baseFolder: config.baseFolder,
    pluginsFolder: join(config.dataDir, 'plugins'),
    ...(options.bundled ? { bundled: options.bundled } : {}),
  })
}

/** The worker's name, the same after every restart on this folder: what it had in progress is its own again. */
function workerName(folder: string, wanted = hostname()): string {
  const file = join(folder, 'worker-name')
  try {
    const name = wanted.replace(/[^A-Za-z0-9._-]/g, '-').slice(0, 80)
    writeFileSync(file, `${name}-${randomUUID().slice(0, 8)}\n`, { flag: 'wx', mode: 0o600 })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
  return readFileSync(file, 'utf8').trim()
}
