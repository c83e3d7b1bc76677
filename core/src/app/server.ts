/** Starts a whole server, in order, and stops it in reverse; main.ts and the tests use the same. */

import { join } from 'node:path'
import { type Clock, systemClock } from '../domain/clock.js'
import { defined } from '../domain/defined.js'
import type { Signal } from '../domain/signal.js'
import { attributeErrors } from '../host/attribute-errors.js'
import { reason } from '../host/contain.js'
import { allowAddresses } from '../host/forbidden-address.js'
import type { Logger } from '../host/plugin.js'
import type { PluginHost } from '../host/plugin-host.js'
import type { ServerServices } from '../host/services.js'
import { makeFirstAdmin } from '../http/first-admin.js'
import { createHttpApp } from '../http/http-app.js'
import { type Listening, listen } from '../http/listen.js'
import { startTicker } from '../scheduler/ticker.js'
import { findDamage } from '../store/integrity.js'
import { idleRules } from '../worker/idle-rules.js'
import { providersOf } from '../worker/provider-lookup.js'
import { assemble, chooseArtifacts, type Starting } from './assemble.js'
import { type Config, type ConfigSources, loadConfig } from './config.js'
import { type ControlParts, control } from './control.js'
import { openControlSocket } from './control-socket.js'
import { applyDeclared } from './declared.js'
import { heldProblem } from './hold.js'
import { asLogger, createPino } from './logger.js'
import type { Server } from './make-server.js'
import { addPeriodicTasks } from './periodic.js'
import { makePipelineFiles } from './pipeline-files/make-watcher.js'
import { pluginProblems } from './plugin-problems.js'
import { prune } from './retention.js'
import type { Replace } from './services.js'
import { StopStack } from './stop-stack.js'
import { StorageWatch } from './storage-watch.js'
import { createSweeper } from './sweeping.js'

export interface StartOptions extends ConfigSources {
  /** Short for `overrides: { dataDir, 'server.port': ... }`. */
  readonly dataDir?: string
  readonly host?: string
  readonly port?: number
  readonly clock?: Clock
  /** Gets the log's lines; standard error when absent. */
  readonly writeLog?: (line: string) => void
  /** Folders of bundled plugins, instead of all that come with Penstock. */
  readonly bundled?: readonly string[]
  /** Called when the process must end, for an exception of the host's own. When absent, such exceptions are left to Node. */
  readonly onFatal?: (error: unknown) => void
}

export interface RunningServer {
  /** `http://127.0.0.1:8080`. */
  readonly address: string
  readonly port: number
  readonly config: Config
  readonly services: ServerServices
  readonly plugins: PluginHost
  /** Where the first administrator's password is, at the first start. */
  readonly initialAdminPasswordFile?: string
  /** What is wrong though the server runs: broken plugins, pipeline files, schedules. */
  readonly problems: readonly string[]
  /** Reads the pipeline files anew, and fetches them first where they are in a repository. */
  reload(): Promise<void>
  /** Stops taking requests and jobs; running steps go on and are adopted by the next start. */
  stop(reason?: string): Promise<void>
}

/**
 * Starts a server; it is ready when the promise resolves.
 * A broken plugin, pipeline file or schedule is told of in `problems`, and the rest starts.
 * Errors: ConfigError, DataFolderRefused, NewerSchema, ListenFailed; nothing is left running then.
 */
export function startServer(options: StartOptions = {}): Promise<RunningServer> {
  return startServerWith(options)
}

/** As `startServer`; `replace` puts services of a test's own in the place of the server's. */
export async function startServerWith(options: StartOptions, replace?: Replace): Promise<RunningServer> {
  const config = loadConfig({ ...options, overrides: overridesOf(options) })
  const clock = options.clock ?? systemClock
  const pino = createPino(config.log.level, options.writeLog)
  const log = asLogger(pino)
  const stack = new StopStack(clock, log)
  try {
    const pluginLog = (plugin: string) => asLogger(pino, { plugin })
    const starting = { bundled: options.bundled, config, clock, log, pluginLog, stack }
    return await bringUp(starting, options.onFatal, replace)
  } catch (error) {
    await stack.stop()
    throw error
  }
}

async function bringUp(
  starting: Starting,
  onFatal: StartOptions['onFatal'],
  replace: Replace | undefined,
): Promise<RunningServer> {
  const { config, clock, log, stack } = starting
  const { parts, identity, artifacts } = await assemble(starting, replace)
  if (onFatal) stack.push('error attribution', attributeErrors({ host: parts.host, log, fatal: onFatal }))
  const passwordFile = await makeFirstAdmin(parts.access, parts.accessStore, config.dataDir)
  allowAddresses(config.polling.allowPrivate ?? [])
  await parts.host.register()
  chooseArtifacts(config, artifacts, parts)
  await parts.catalogue.load()
  let ready = false
  const storage = watchStorage(starting, parts)
  const listening = await openPort(starting, parts, () => ready, storage)
  identity.listening(listening.address)
  stack.push('plugins', () => parts.host.stop())
  await parts.host.start()
  const files = makePipelineFiles(config, parts, starting)
  const begin = async () => {
    await startWork(starting, parts)
    const problems = await applyDeclared(config, parts, files, log)
    for (const task of files.tasks) parts.coordinator.every(task)
    return problems
  }
  const { isHeld } = parts.hold
  const problems = isHeld ? [heldProblem] : await begin()
  if (isHeld) log.warn(heldProblem)
  const isolation = await isolationProblems(config, parts, log)
  await parts.hooks.serverStart.promise({ address: listening.address })
  stack.push('requests', () => listening.close(2_000)) // stopped first of all, but for who merely waits
  stack.push('waiting workers', async () => parts.remoteJobs.close())
  await openControl(
    starting,
    {
      ...parts,
      files,
      prune: (request) => prune(parts, config, clock, request),
      resume: async () => {
        if (!parts.hold.isHeld) return false
        parts.hold.release()
        log.info('resumed')
        for (const problem of await begin()) log.warn(problem)
        return true
      },
    },
    listening.address,
  )
  lookForDamage(starting, parts, storage)
  const store = await storage.artifactProblem()
  if (store !== undefined) log.error('artifacts cannot be kept', { reason: store })
  const shared = sharingProblems(config)
  for (const problem of shared) log.warn(problem)
  ready = true
  log.info('ready', { address: listening.address, dataDir: config.dataDir, plugins: parts.host.list().length })
  let stopping: Promise<void> | undefined
  return {
    address: listening.address,
    port: listening.port,
    config,
    services: parts.services,
    plugins: parts.host,
    ...defined({ initialAdminPasswordFile: passwordFile }),
    problems: [
      ...pluginProblems(parts.host),
      ...parts.book.problems(),
      ...workerProblems(config, parts),
      ...isolation,
      ...(store === undefined ? [] : [store]),
      ...shared,
      ...problems,
    ],
    reload: async () => {
      const applied = await files.reload()
      log.info('pipeline files', { reloaded: applied.length })
    },
    stop: (why = 'stop() was called') => {
      ready = false
      stopping ??= shutDown(parts, stack, log, why)
      return stopping
    },
  }
}

/** Commands from this machine; a server without them is a server all the same. */
async function openControl({ config, log, stack }: Starting, parts: ControlParts, address: string): Promise<void> {
  try {
    stack.push('commands', await openControlSocket(config.dataDir, (request) => control(parts, address, request)))
  } catch (error) {
    log.warn('commands such as `penstock plugin reload` will not reach this server', { error: reason(error) })
  }
}

async function shutDown(parts: Server, stack: StopStack, log: Logger, why: string): Promise<void> {
  log.info('stopping', { reason: why })
  await parts.hooks.serverStop
    .promise({ reason: why })
    .catch((error) => log.error('hook serverStop', { error: reason(error) }))
  await stack.stop()
  log.info('stopped')
}

/** Opens the port for plugins' mounts. Errors: ListenFailed. */
export async function openPort(
  { config, clock, log, stack }: Starting,
  parts: Server,
  ready: () => boolean,
  storage = watchStorage({ clock, config }, parts),
): Promise<Listening> {
  const { host, port, metrics, publicUrl, trustedProxies } = config.server
  const handle = createHttpApp({
    clock,
    log,
    ready,
    storageProblem: () => storage.problem(),
    degraded: () =>
      parts.database.health?.().hears === false
        ? 'signals of the database do not arrive: work begins some seconds late'
        : undefined,
    mounts: () => parts.host.mounts(),
    version: parts.services.identity.version,
    metricsFor: metrics,
    ...defined({ publicUrl, trustedProxies: trustedProxies?.join(',') }),
    metrics: () => parts.metrics.scrape(),
    onAnswer: (method, status, ms) => parts.metrics.answered(method, status, ms),
    onPluginError: (plugin, problem) => parts.host.report(plugin, problem),
  })
  const listening = await listen(handle, host, port)
  stack.push('port', () => listening.close(0))
  return listening
}

function watchStorage({ clock, config }: Pick<Starting, 'clock' | 'config'>, parts: Server): StorageWatch {
  const { artifacts, identity } = parts.services
  const elsewhere = config.artifacts.store !== 'folder'
  return new StorageWatch({
    clock,
    dataFolder: config.dataDir,
    write: () => parts.meta.set('probe', String(clock.now())),
    ...(elsewhere ? { artifacts: async () => artifacts.problem?.(identity.bucket) } : {}),
  })
}

/** In the background: a large database takes its time, and a damaged one may go on answering for long. */
function lookForDamage({ config, log, stack }: Starting, { database }: Server, storage: StorageWatch): void {
  if (config.database.url !== undefined) return
  let told = false
  const tell = (found: string) => {
    storage.damaged(found)
    if (!told)
      log.error('the database is damaged: stop the server, and bring a backup back with penstock restore', { found })
    told = true
  }
  database.onDamage?.(tell)
  const search = findDamage(join(config.dataDir, 'penstock.db'))
  stack.push('integrity check', async () => search.stop())
  void search.damage.then((found) => {
    if (found !== undefined) tell(found)
  })
}

/** What feeds the plugins; stopped the other way round, and before them. */
async function startWork({ config, log, clock, stack }: Starting, parts: Server): Promise<void> {
  // What an attempt was doing when the last server was lost is done again at once, where no other server may be doing it.
  if (!parts.database.hasClock) await parts.deliveries.recover(clock.now())
  stack.push('deliveries', () => parts.courier.stop())
  parts.courier.wake()
  stack.push('outbox', () => parts.outbox.stop())
  parts.outbox.start()
  stack.push('logs', () => parts.remoteLogs.close())
  if (config.worker.enabled) {
    stack.push('worker', () => parts.worker.stop())
    await parts.worker.start()
  }
  stack.push('source polls', () => parts.poller.stop())
  const sweeper = createSweeper(parts.engine, config.worker.leaseSeconds * 1_000, log)
  stack.push('sweeps', () => sweeper.stop())
  sweeper.start()
  addPeriodicTasks(parts, { clock, log, config })
  stack.push(
    'signals',
    parts.engine.store.onSignal((signal) => onSignal(signal, parts, log)),
  )
  stack.push('periodic tasks', () => parts.coordinator.stop())
  stack.push('ticker', tickSoon(parts))
}

/** Periodic work begins right after the start, which does not wait for it; the answer ends it. */
function tickSoon({ coordinator }: Server): () => Promise<void> {
  const started = new Promise((resolve) => setImmediate(resolve)).then(() => startTicker(() => coordinator.tick()))
  return async () => (await started)()
}

function onSignal(signal: Signal, parts: Server, log: Logger): void {
  if (signal.kind === 'pipeline') parts.watch.touch(signal.pipelineName)
  if (signal.kind === 'action-types')
    void parts.catalogue.load().catch((err) => log.error('action types could not be read', { err }))
}

function workerProblems({ worker }: Config, { registry }: Server): string[] {
  return idleRules(worker, providersOf(registry))
}

/** A database that several servers may share, and artifacts that only this one has. */
function sharingProblems({ database, artifacts, dataDir }: Config): readonly string[] {
  if (database.url === undefined || artifacts.store !== 'folder') return []
  return [
    `the database is PostgreSQL, and artifacts are kept in a folder of this machine (${join(dataDir, 'artifacts')}): that is right for one server alone; servers that share the database need artifacts.store: s3, or actions at one do not find what those at another put out`,
  ]
}

/** What the operator must know of how builds are shut off from this machine; also in the log, at every start. */
async function isolationProblems({ worker }: Config, { isolation }: Server, log: Logger): Promise<readonly string[]> {
  if (!worker.enabled) return []
  const problems = await isolation.startProblems()
  for (const problem of problems) log.warn(problem)
  return problems
}

function overridesOf({ overrides, dataDir, host, port }: StartOptions): Record<string, unknown> {
  return { dataDir, 'server.host': host, 'server.port': port, ...overrides }
}
