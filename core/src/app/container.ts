/**
 * Puts the long-lived services together: the only file that knows tsyringe. Everything is registered in a child container
 * of the server's own, so that two servers in one process share nothing.
 */
import 'reflect-metadata'
import { join } from 'node:path'
import {
  type DependencyContainer,
  type InjectionToken,
  inject,
  injectable,
  instancePerContainerCachingFactory,
  container as root,
} from 'tsyringe'
import type { Clock } from '../domain/clock.js'
import { createEngine, type Engine } from '../engine/engine.js'
import { LocalJobs } from '../engine/local-jobs.js'
import { Outbox } from '../engine/outbox.js'
import { secrecyOf } from '../engine/secrets.js'
import { createWebhookService } from '../engine/webhook-service.js'
import { createHooks, type Hooks } from '../host/hooks.js'
import type { Logger } from '../host/plugin.js'
import { PluginHost } from '../host/plugin-host.js'
import { ProviderRegistry } from '../host/registry.js'
import type { ServerServices } from '../host/services.js'
import { Access } from '../http/access-service.js'
import type { OperationServices } from '../operations/operation.js'
import { perform } from '../operations/perform.js'
import { type OperationService, serveOperations } from '../operations/serve.js'
import { Coordinator } from '../scheduler/coordinator.js'
import { ScheduleBook, scheduleTagProblem } from '../scheduler/schedules.js'
import type { SourcePoller } from '../scheduler/source-poller.js'
import { createSourceService } from '../scheduler/source-service.js'
import type { SourceWatch } from '../scheduler/source-watch.js'
import { SqlAccessStore } from '../store/access-store.js'
import { SqlAuditStore } from '../store/audit-store.js'
import { type Database } from '../store/database.js'
import { createEngineStore } from '../store/engine-store.js'
import { MetaStore } from '../store/meta-store.js'
import { pluginStateStore } from '../store/plugin-state-store.js'
import { sealedStore } from '../store/sealed-store.js'
import { sourceStateStore } from '../store/source-state-store.js'
import { taskStore } from '../store/task-store.js'
import type { ActionLogs } from '../worker/log-service.js'
import type { Worker } from '../worker/worker.js'
import type { ChosenArtifactStore } from './artifacts.js'
import { clientTokenKey } from './client-token-key.js'
import type { Config } from './config.js'
import { effectDelivery } from './effects.js'
import type { Identity } from './identity.js'
import { jobScope } from './job-scope.js'
import { createLive } from './live.js'
import { Metrics } from './metrics.js'
import { createOverviewService } from './overview-service.js'
import { createQueueService } from './queue-service.js'
import type { RemoteJobs } from './remote-jobs.js'
import type { ReceivedLogs } from './remote-logs.js'
import { createRemoteJobs } from './remote-parts.js'
import { ReservedNames } from './reserved-names.js'
import { createLogService, createLogs, createReceivedLogs } from './shared-logs/parts.js'
import { createPoller, createReports, createWatch } from './source-parts.js'
import { tokens } from './tokens.js'
import { Catalogue } from './type-catalogue.js'
import { createWorker } from './worker-parts.js'

/** What exists before the container does. */
export interface Given {
  readonly config: Config
  readonly clock: Clock
  readonly log: Logger
  readonly pluginLog: (plugin: string) => Logger
  readonly database: Database
  readonly identity: Identity
  readonly masterKey: ConstructorParameters<typeof Access>[0]['key']
  readonly artifacts: ChosenArtifactStore
  readonly references: ConstructorParameters<typeof PluginHost>[0]['references']
  /** Reads penstock.yaml's plugins again, for a reload. */
  readonly rediscover?: () => Promise<ConstructorParameters<typeof PluginHost>[0]['references']>
  /** Instead of the worker that runs on this process's own queue. */
  readonly createWorker?: (get: Get) => Worker
}

/** The services that the server starts and stops; tsyringe hands each in by its token. */
@injectable()
export class Parts {
  constructor(
    @inject(tokens.database) readonly database: Database,
    @inject(tokens.host) readonly host: PluginHost,
    @inject(tokens.hooks) readonly hooks: Hooks,
    @inject(tokens.registry) readonly registry: ProviderRegistry,
    @inject(tokens.catalogue) readonly catalogue: Catalogue,
    @inject(tokens.engine) readonly engine: Engine,
    @inject(tokens.operations) readonly operations: OperationService,
    @inject(tokens.outbox) readonly outbox: Outbox,
    @inject(tokens.worker) readonly worker: Worker,
    @inject(tokens.coordinator) readonly coordinator: Coordinator,
    @inject(tokens.book) readonly book: ScheduleBook,
    @inject(tokens.watch) readonly watch: SourceWatch,
    @inject(tokens.poller) readonly poller: SourcePoller,
    @inject(tokens.access) readonly access: Access,
    @inject(tokens.accessStore) readonly accessStore: SqlAccessStore,
    @inject(tokens.auditStore) readonly auditStore: SqlAuditStore,
    @inject(tokens.meta) readonly meta: MetaStore,
    @inject(tokens.masterKey) readonly masterKey: Given['masterKey'],
    @inject(tokens.metrics) readonly metrics: Metrics,
    @inject(tokens.logs) readonly logs: ActionLogs,
    @inject(tokens.localJobs) readonly localJobs: LocalJobs,
    @inject(tokens.remoteJobs) readonly remoteJobs: RemoteJobs,
    @inject(tokens.remoteLogs) readonly remoteLogs: ReceivedLogs,
    @inject(tokens.services) readonly services: ServerServices,
    @inject(tokens.reserved) readonly reserved: ReservedNames,
  ) {}
}

/** Looks a service up by its token. */
export type Get = <T>(token: InjectionToken<T>) => T

/** A container of one server. `Parts` and every token can be resolved from it. */
export function createContainer(given: Given): DependencyContainer {
  const container = root.createChildContainer()
  const once = <T>(token: InjectionToken<T>, make: (get: Get) => T): void => {
    const useFactory = instancePerContainerCachingFactory((c: DependencyContainer) =>
      make((wanted) => c.resolve(wanted)),
    )
    container.register(token, { useFactory })
  }
  container.register(tokens.config, { useValue: given.config })
  container.register(tokens.clock, { useValue: given.clock })
  container.register(tokens.log, { useValue: given.log })
  container.register(tokens.pluginLog, { useValue: given.pluginLog })
  container.register(tokens.database, { useValue: given.database })
  container.register(tokens.identity, { useValue: given.identity })
  container.register(tokens.masterKey, { useValue: given.masterKey })
  container.register(tokens.artifacts, { useValue: given.artifacts })
  container.register(tokens.references, { useValue: given.references })
  registerStores(once)
  registerEngine(once)
  registerSources(once)
  registerHost(once, given)
  return container
}

/** The parts of one server, ready to be started. */
export function createParts(given: Given): Parts {
  return createContainer(given).resolve(Parts)
}

type Once = <T>(token: InjectionToken<T>, make: (get: Get) => T) => void

function registerStores(once: Once): void {
  once(tokens.meta, (get) => new MetaStore(get(tokens.database)))
  once(tokens.accessStore, (get) => new SqlAccessStore(get(tokens.database)))
  once(tokens.auditStore, (get) => new SqlAuditStore(get(tokens.database)))
  once(tokens.sourceStates, (get) => sourceStateStore(get(tokens.database)))
}

function registerEngine(once: Once): void {
  once(tokens.hooks, () => createHooks())
  once(tokens.registry, () => new ProviderRegistry())
  once(tokens.catalogue, (get) => new Catalogue(get(tokens.registry), createEngineStore(get(tokens.database))))
  once(tokens.reserved, () => new ReservedNames())
  once(tokens.engine, (get) => {
    const { region, accountId, bucket } = get(tokens.identity)
    const types = get(tokens.catalogue)
    const store = sealedStore(createEngineStore(get(tokens.database)), get(tokens.masterKey), (type) =>
      secrecyOf(types, type),
    )
    return createEngine({
      store,
      clock: get(tokens.clock),
      types,
      region,
      accountId,
      bucket,
      pipelineLimit: get(tokens.config).limits.pipelines,
      keeperOf: (name) => get(tokens.reserved).keeperOf(name),
      tagProblem: (key, value) => scheduleTagProblem(key, value, get(tokens.config).polling.timezone),
    })
  })
  once(tokens.operations, createOperationService)
  once(tokens.outbox, (get) => {
    const engine = get(tokens.engine)
    const log = get(tokens.log)
    const deliver = effectDelivery({
      clock: get(tokens.clock),
      hooks: get(tokens.hooks),
      registry: get(tokens.registry),
      reads: engine.store.read,
      artifacts: get(tokens.artifacts),
      identity: get(tokens.identity),
      log,
    })
    return new Outbox(engine, deliver, (err) => log.error('the outbox could not be read', { err }))
  })
  once(tokens.localJobs, (get) => new LocalJobs(get(tokens.engine), get(tokens.config).worker.leaseSeconds * 1_000))
  once(tokens.logs, createLogs)
  once(tokens.live, (get) => createLive(get(tokens.database)))
}

function registerSources(once: Once): void {
  once(tokens.book, (get) => {
    const { polling, schedules } = get(tokens.config)
    return new ScheduleBook({ ...polling, schedules })
  })
  once(tokens.reports, (get) => createReports(get))
  once(tokens.watch, (get) => createWatch(get))
  once(tokens.poller, (get) => createPoller(get))
  once(tokens.sources, (get) => createSourceService(get(tokens.sourceStates), get(tokens.reports), get(tokens.book)))
  once(
    tokens.coordinator,
    (get) =>
      new Coordinator({ clock: get(tokens.clock), claims: taskStore(get(tokens.database)), log: get(tokens.log) }),
  )
}

function registerHost(once: Once, given: Pick<Given, 'createWorker' | 'rediscover'>): void {
  once(tokens.access, (get) => {
    const { accountId } = get(tokens.identity)
    const scope = jobScope(get(tokens.engine).store.read)
    return new Access({
      store: get(tokens.accessStore),
      audit: get(tokens.auditStore),
      key: get(tokens.masterKey),
      clock: get(tokens.clock),
      accountId,
      jobScope: scope,
    })
  })
  once(
    tokens.host,
    (get) =>
      new PluginHost({
        references: get(tokens.references),
        ...(given.rediscover ? { rediscover: given.rediscover } : {}),
        clock: get(tokens.clock),
        hooks: get(tokens.hooks),
        registry: get(tokens.registry),
        states: pluginStateStore(get(tokens.database)),
        dataFolder: join(get(tokens.config).dataDir, 'plugin-data'),
        log: get(tokens.pluginLog),
        services: () => get(tokens.services),
      }),
  )
  once(tokens.worker, (get) => (given.createWorker ?? createWorker)(get))
  once(tokens.remoteLogs, createReceivedLogs)
  once(tokens.remoteJobs, (get) => createRemoteJobs(get))
  once(
    tokens.metrics,
    (get) =>
      new Metrics({
        db: get(tokens.database).db,
        plugins: () => get(tokens.host).list(),
        version: get(tokens.identity).version,
      }),
  )
  once(tokens.logService, createLogService)
  once(tokens.services, (get) => ({
    identity: get(tokens.identity),
    clock: get(tokens.clock),
    operations: get(tokens.operations),
    access: get(tokens.access),
    logs: get(tokens.logService),
    live: get(tokens.live),
    plugins: get(tokens.host),
    sources: get(tokens.sources),
    webhooks: createWebhookService(get(tokens.engine)),
    artifacts: get(tokens.artifacts),
    workers: get(tokens.remoteJobs),
    queue: createQueueService(get),
    overview: createOverviewService(get),
  }))
}

/** What operations work with is looked up when they run: some of it is made of what is made later. */
function createOperationService(get: Get): OperationService {
  const services: OperationServices = {
    engine: get(tokens.engine),
    publicUrl: () => get(tokens.identity).publicUrl,
    credentialsFor: (jobId) => get(tokens.access).jobCredentials(jobId),
    clientTokenKey: clientTokenKey(get(tokens.masterKey)),
    get workers() {
      return get(tokens.remoteJobs)
    },
    get logs() {
      return get(tokens.logService)
    },
  }
  return serveOperations({
    identity: get(tokens.identity),
    access: get(tokens.access),
    log: get(tokens.log),
    perform: (operation, by, input, call) => perform(operation, services, by, input, call),
  })
}
