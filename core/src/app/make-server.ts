/** What a server is made of, in order: what comes later is made of what came before. */

import { join } from 'node:path'
import { approvalsTagProblem } from '../domain/approval.js'
import { Fault } from '../domain/faults.js'
import { createEngine, type Engine } from '../engine/engine.js'
import { LocalJobs } from '../engine/local-jobs.js'
import { Outbox } from '../engine/outbox.js'
import { secrecyOf } from '../engine/secrets.js'
import type { DeploymentService } from '../host/deployment-service.js'
import { PluginHost } from '../host/plugin-host.js'
import { ProviderRegistry } from '../host/registry.js'
import type { ServerServices } from '../host/services.js'
import { stateOverDoor } from '../host/state/state-over-door.js'
import { StoredState } from '../host/state/stored-state.js'
import { Access } from '../http/access-service.js'
import { Arns } from '../operations/arns.js'
import { refused } from '../operations/judge.js'
import { type AnyOperation, type OperationServices } from '../operations/operation.js'
import { perform } from '../operations/perform.js'
import { pluginDoor } from '../operations/plugin-door.js'
import { type OperationService, serveOperations } from '../operations/serve.js'
import { Coordinator } from '../scheduler/coordinator.js'
import { ScheduleBook, scheduleTagProblem } from '../scheduler/schedules.js'
import { SqlAccessStore } from '../store/access-store.js'
import { SqlAuditStore } from '../store/audit-store.js'
import { deliveryStore } from '../store/delivery-store.js'
import { createEngineStore } from '../store/engine-store.js'
import { MetaStore } from '../store/meta-store.js'
import { pluginStateStore } from '../store/plugin-state-store.js'
import { pluginValueStore } from '../store/plugin-value-store.js'
import { sealedStore } from '../store/sealed-store.js'
import { SqlSecretStore } from '../store/secret-store.js'
import { sourceStateStore } from '../store/source-state-store.js'
import { taskStore } from '../store/task-store.js'
import { Worker } from '../worker/worker.js'
import { clientTokenKey } from './client-token-key.js'
import { Courier } from './deliveries/courier.js'
import { notificationDeliveries } from './deliveries/deliveries.js'
import { EffectDelivery } from './effects.js'
import { Hold, heldStore } from './hold.js'
import { createIsolation, createPluginSandbox, isolationDanger } from './isolation.js'
import { jobScope } from './job-scope.js'
import { createLive } from './live.js'
import { createWorker } from './local-worker.js'
import { makePlugins, type Plugins } from './make-plugins.js'
import { Metrics } from './metrics.js'
import { PipelineOverviews } from './overview-service.js'
import { QueueOverviews } from './queue-service.js'
import { RemoteJobs } from './remote-jobs.js'
import { ReservedNames } from './reserved-names.js'
import { secretFolder } from './secret-folder.js'
import type { ServerGiven } from './server-given.js'
import { ServerSecrets } from './server-secrets.js'
import { type Replace, Services, tokens } from './services.js'
import { createLogService, createLogs, createReceivedLogs } from './shared-logs/parts.js'
import { Sources, sourceTroubles } from './sources.js'
import { Catalogue } from './type-catalogue.js'
import { createWebhookService } from './webhook-service.js'

/** A server, ready to be started. */
export type Server = ReturnType<typeof makeServer>

/** Makes all of it and starts none. `replace` puts services of a test's own in the place of these. */
export function makeServer(given: ServerGiven, replace?: Replace) {
  const services = new Services(replace)
  const stores = makeStores(services, given)
  const plugins = makeItsPlugins(services, given, stores, () => ({ faces, engine: core.engine, secrets: core.secrets }))
  const core = makeCore(services, given, stores)
  const book = services.one(
    ScheduleBook,
    () => new ScheduleBook({ ...given.config.polling, schedules: given.config.schedules }),
  )
  const sources = services.build(Sources)
  const coordinator = services.one(
    Coordinator,
    () => new Coordinator({ clock: given.clock, claims: taskStore(given.database), log: given.log }),
  )
  const logs = services.one(tokens.logs, () => createLogs(given, core.engine))
  const isolation = createIsolation(given.config)
  const worker = services.one(Worker, () => createWorker(given, { ...plugins, ...core, logs, isolation }))
  const receivedLogs = services.one(tokens.receivedLogs, () => createReceivedLogs(given, core.engine, logs, worker))
  const remoteJobs = services.build(RemoteJobs)
  const metrics = services.build(Metrics)
  const logService = createLogService(given, core.engine, logs)
  const queue = services.build(QueueOverviews)
  const overview = services.build(PipelineOverviews)
  const operations = services.one(tokens.operations, () =>
    makeOperations(given, {
      ...core,
      registry: plugins.registry,
      workers: remoteJobs,
      logs: logService,
      sources: sources.service,
      stateOf: (plugin) => stateOverDoor(() => stores.state.doorOf(plugin)),
      forks: sources.forks,
      deliveries: notificationDeliveries({
        store: core.deliveries,
        clock: given.clock,
        giveUpMs: given.config.deliveries.giveUpHours * 60 * 60_000,
        wake: () => core.courier.wake(),
      }),
      plugins: plugins.host,
      contributions: plugins.host.contributions,
      queue,
      overview,
    }),
  )
  const faces: ServerServices = {
    identity: given.identity,
    clock: given.clock,
    operations,
    access: core.access,
    logs: logService,
    live: services.one(tokens.live, () => createLive(given.database)),
    plugins: plugins.host,
    sources: sources.service,
    webhooks: createWebhookService(core.engine),
    artifacts: given.artifacts,
    workers: remoteJobs,
    queue,
    overview,
  }
  const { database, masterKey, identity } = given
  const { watch, poller } = sources
  const own = {
    operations,
    database,
    masterKey,
    identity,
    book,
    watch,
    poller,
    coordinator,
    logs,
    isolation,
    worker,
    remoteLogs: receivedLogs,
    remoteJobs,
    metrics,
  }
  return { ...stores, ...plugins, ...core, ...own, services: faces }
}

type Stores = ReturnType<typeof makeStores>

function makeStores(services: Services, { config, clock, log, database, identity, masterKey, artifacts }: ServerGiven) {
  services.one(tokens.config, () => config)
  services.one(tokens.clock, () => clock)
  services.one(tokens.log, () => log)
  services.one(tokens.database, () => database)
  services.one(tokens.identity, () => identity)
  services.one(tokens.masterKey, () => masterKey)
  services.one(tokens.artifacts, () => artifacts)
  const state = () => new StoredState({ values: pluginValueStore(database), artifacts, bucket: identity.bucket, clock })
  return {
    meta: services.one(MetaStore, () => new MetaStore(database)),
    accessStore: services.one(SqlAccessStore, () => new SqlAccessStore(database)),
    auditStore: services.one(SqlAuditStore, () => new SqlAuditStore(database)),
    state: services.one(StoredState, state),
  }
}

function makeItsPlugins(
  services: Services,
  given: ServerGiven,
  { state }: Stores,
  made: () => { readonly faces: ServerServices; readonly engine: Engine; readonly secrets: ServerSecrets },
): Plugins {
  const { config, clock, database, identity, pluginLog, references, rediscover } = given
  const { hooks, registry, host } = makePlugins({
    references,
    ...(rediscover ? { rediscover } : {}),
    clock,
    states: pluginStateStore(database),
    dataFolder: join(config.dataDir, 'plugin-data'),
    log: pluginLog,
    services: () => made().faces,
    operations: () => door,
    state: (plugin) => state.doorOf(plugin),
    secret: (plugin) => (name) => made().secrets.forPlugin(plugin, name),
    sandbox: createPluginSandbox(config),
  })
  const door = pluginDoor({
    operations: () => made().faces.operations,
    accountId: identity.accountId,
    pipeline: (name) => made().engine.store.read.pipeline(name),
    report: (found) => made().faces.sources.report(found),
    typesOf: (plugin) => registry.actionTypes().flatMap((type) => (type.plugin === plugin ? [type.id] : [])),
  })
  return {
    hooks: services.one(tokens.hooks, () => hooks),
    registry: services.one(ProviderRegistry, () => registry),
    host: services.one(PluginHost, () => host),
  }
}

/** The engine, with what decides who may ask it and what follows from its decisions. */
function makeCore(services: Services, given: ServerGiven, { accessStore, auditStore }: Stores) {
  const { config, clock, log, database, identity, masterKey } = given
  const hold = services.one(Hold, () => new Hold(config.dataDir))
  const store = heldStore(createEngineStore(database), hold)
  const catalogue = services.one(Catalogue, () => new Catalogue(services.build(ProviderRegistry), store))
  const reserved = services.build(ReservedNames)
  const { region, accountId, bucket } = identity
  const { dataDir, installation = dataDir } = config
  const registry = services.build(ProviderRegistry)
  const secrets = services.one(
    ServerSecrets,
    () =>
      new ServerSecrets({
        store: new SqlSecretStore(database),
        audit: auditStore,
        key: masterKey,
        clock,
        log,
        reads: store.read,
        plugins: () => registry.secretStores(),
        folder: secretFolder(installation),
      }),
  )
  const engine = services.one(tokens.engine, () =>
    createEngine({
      store: sealedStore(store, masterKey, (type) => secrecyOf(catalogue, type)),
      clock,
      types: catalogue,
      region,
      accountId,
      bucket,
      pipelineLimit: config.limits.pipelines,
      keeperOf: (name) => reserved.keeperOf(name),
      sourceTroubles: (pipelineName) => sourceTroubles(sourceStateStore(database), pipelineName),
      secretProblem: (name, place) => secrets.problem(name, place),
      pipelineDanger: (pipelineName) => isolationDanger(config, pipelineName),
      warn: (pipelineName, path, message) => log.warn('pipeline saved with a danger', { pipelineName, path, message }),
      tagProblem: (key, value) =>
        scheduleTagProblem(key, value, config.polling.timezone) ?? approvalsTagProblem(key, value),
    }),
  )
  const scope = jobScope(engine.store.read)
  const access = services.one(
    Access,
    () => new Access({ store: accessStore, audit: auditStore, key: masterKey, clock, accountId, jobScope: scope, log }),
  )
  const deliveries = services.one(tokens.deliveries, () => deliveryStore(database))
  const courier = services.one(
    Courier,
    () => new Courier({ clock, log, store: deliveries, notifier: (name) => registry.notifier(name) }),
  )
  const { deliver } = services.build(EffectDelivery)
  const outbox = services.one(
    Outbox,
    () => new Outbox(engine, deliver, (err) => log.error('the outbox could not be read', { err })),
  )
  const localJobs = services.one(LocalJobs, () => new LocalJobs(engine, config.worker.leaseSeconds * 1_000))
  return { catalogue, reserved, engine, access, outbox, deliveries, courier, localJobs, secrets, hold }
}

/** What operations work with that is made here, and not by `makeOperations` itself. */
type Given = Omit<
  OperationServices,
  'publicUrl' | 'credentialsFor' | 'clientTokenKey' | 'deployments' | 'deploymentsThere' | 'access' | 'may'
> & {
  readonly access: Access
  readonly registry: ProviderRegistry
}

/** The one door to every operation. */
function makeOperations(
  { identity, log, masterKey }: ServerGiven,
  { registry, access, ...given }: Given,
): OperationService {
  const arns = new Arns(identity)
  const services: OperationServices = {
    ...given,
    access,
    publicUrl: () => identity.publicUrl,
    credentialsFor: (jobId) => access.jobCredentials(jobId),
    clientTokenKey: clientTokenKey(masterKey),
    deployments: () => deploymentsOf(registry),
    deploymentsThere: () => registry.deployments(),
    may: (by, operation, about) =>
      refused({ access, arns }, operation as unknown as AnyOperation, by, about) === undefined,
  }
  return serveOperations({
    identity,
    access,
    log,
    perform: (operation, by, input, call) => perform(operation, services, by, input, call),
  })
}

/** Errors: ValidationException. */
function deploymentsOf(registry: ProviderRegistry): DeploymentService {
  const service = registry.deployments()
  if (service !== undefined) return service
  throw new Fault('ValidationException', 'No plugin that deploys to servers is on: penstock plugin list shows them')
}
