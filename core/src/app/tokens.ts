/** The names of the long-lived services, for the container. */
import type { InjectionToken } from 'tsyringe'
import type { AccessStore, AuditStore } from '../domain/access-store.js'
import type { Clock } from '../domain/clock.js'
import type { SourceStateStore } from '../domain/source-state.js'
import type { Engine } from '../engine/engine.js'
import type { LocalJobs } from '../engine/local-jobs.js'
import type { Outbox } from '../engine/outbox.js'
import type { Hooks } from '../host/hooks.js'
import type { Logger } from '../host/plugin.js'
import type { PluginHost } from '../host/plugin-host.js'
import type { ProviderRegistry } from '../host/registry.js'
import type { LiveService, LogService, ServerServices, SourceService } from '../host/services.js'
import type { Access } from '../http/access-service.js'
import type { MasterKey } from '../http/master-key.js'
import type { OperationService } from '../operations/serve.js'
import type { Coordinator } from '../scheduler/coordinator.js'
import type { ScheduleBook } from '../scheduler/schedules.js'
import type { SourcePoller } from '../scheduler/source-poller.js'
import type { SourceReports } from '../scheduler/source-reports.js'
import type { SourceWatch } from '../scheduler/source-watch.js'
import type { Database } from '../store/database.js'
import type { MetaStore } from '../store/meta-store.js'
import type { ActionLogs } from '../worker/log-service.js'
import type { Worker } from '../worker/worker.js'
import type { ChosenArtifactStore } from './artifacts.js'
import type { Config } from './config.js'
import type { Identity } from './identity.js'
import type { Metrics } from './metrics.js'
import type { RemoteJobs } from './remote-jobs.js'
import type { ReceivedLogs } from './remote-logs.js'
import type { ReservedNames } from './reserved-names.js'
import type { Catalogue } from './type-catalogue.js'

function token<T>(name: string): InjectionToken<T> {
  return Symbol(name) as InjectionToken<T>
}

export const tokens = {
  // Given when the container is made.
  config: token<Config>('config'),
  clock: token<Clock>('clock'),
  log: token<Logger>('log'),
  pluginLog: token<(plugin: string) => Logger>('pluginLog'),
  database: token<Database>('database'),
  identity: token<Identity>('identity'),
  masterKey: token<MasterKey>('masterKey'),
  artifacts: token<ChosenArtifactStore>('artifacts'),
  references: token<ConstructorParameters<typeof PluginHost>[0]['references']>('references'),
  // Made by the container, each once.
  meta: token<MetaStore>('meta'),
  accessStore: token<AccessStore>('accessStore'),
  auditStore: token<AuditStore>('auditStore'),
  sourceStates: token<SourceStateStore>('sourceStates'),
  hooks: token<Hooks>('hooks'),
  registry: token<ProviderRegistry>('registry'),
  catalogue: token<Catalogue>('catalogue'),
  reserved: token<ReservedNames>('reserved'),
  engine: token<Engine>('engine'),
  operations: token<OperationService>('operations'),
  outbox: token<Outbox>('outbox'),
  localJobs: token<LocalJobs>('localJobs'),
  access: token<Access>('access'),
  logs: token<ActionLogs>('logs'),
  logService: token<LogService>('logService'),
  live: token<LiveService>('live'),
  book: token<ScheduleBook>('book'),
  reports: token<SourceReports>('reports'),
  watch: token<SourceWatch>('watch'),
  poller: token<SourcePoller>('poller'),
  sources: token<SourceService>('sources'),
  coordinator: token<Coordinator>('coordinator'),
  host: token<PluginHost>('host'),
  worker: token<Worker>('worker'),
  metrics: token<Metrics>('metrics'),
  remoteLogs: token<ReceivedLogs>('remoteLogs'),
  remoteJobs: token<RemoteJobs>('remoteJobs'),
  services: token<ServerServices>('services'),
} as const
