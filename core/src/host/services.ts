/** What a plugin with a face (API, page, notifier) may ask of the server. */
import type { AccessKey, AuditEntry, ManagedPolicy, PolicyDocument, Principal } from '../domain/access.js'
import type { ActionTypeId, ArtifactDetails } from '../domain/action-type.js'
import type { ArtifactStore } from '../domain/artifact.js'
import type { Clock } from '../domain/clock.js'
import type { FoundRevision } from '../domain/git-event.js'
import type { SourceRevision } from '../domain/revision.js'
import type { MissedWebhook, PollRecord } from '../domain/source-state.js'
import type { WebhookDefinition } from '../engine/views.js'
import type { OperationService } from '../operations/serve.js'
import type { PropertyDeclarations } from './action-type-declaration.js'
import type { OverviewService } from './overview-service.js'
import type { QueueService } from './queue-service.js'
import type { ServiceProvider } from './service-provider.js'
import type { WorkerService } from './worker-service.js'

export type * from './overview-service.js'
export type * from './queue-service.js'
export type * from './worker-service.js'

/**
 * All that a plugin may ask of the server.
 * @example
 * const services: ServerServices = api.server
 * services.live.subscribe(({ pipelineName }) => api.log.debug('changed', { pipelineName }))
 */
export interface ServerServices {
  readonly identity: ServerIdentity
  readonly clock: Clock
  /** What there is to be asked for, for a principal: `operations.for(principal)`. */
  readonly operations: OperationService
  readonly access: AccessService
  readonly logs: LogService
  readonly live: LiveService
  readonly plugins: PluginService
  readonly sources: SourceService
  readonly webhooks: WebhookService
  readonly artifacts: ArtifactStore
  /** For workers on other machines. */
  readonly workers: WorkerService
  /** Who works, on what, and what waits. */
  readonly queue: QueueService
  /** Many pipelines at a glance. */
  readonly overview: OverviewService
}

/**
 * Configured once, part of every ARN.
 * @example
 * const { publicUrl }: ServerIdentity = api.server.identity
 */
export interface ServerIdentity {
  readonly region: string
  /** Twelve digits. */
  readonly accountId: string
  /** `codepipeline-<region>-<10 digits>`. */
  readonly bucket: string
  /** Where clients reach the server, without a slash at the end. */
  readonly publicUrl: string
  readonly version: string
  readonly dataFolder: string
}

/**
 * People, keys and what they may do.
 * @example
 * const access: AccessService = api.server.access
 * const may = access.allows(admin, 'codepipeline:GetPipeline', 'arn:aws:codepipeline:us-east-1:000000000000:site')
 */
export interface AccessService {
  /** Checks the admin's (or a user's) password. `undefined` when it is wrong. Slows down repeated failures. */
  signIn(userName: string, password: string, from: string): Promise<Principal | undefined>
  /** An opaque token for a cookie, good for twelve hours from its last use. */
  openSession(principal: Principal, from?: string): Promise<string>
  session(token: string): Promise<Principal | undefined>
  closeSession(token: string): Promise<void>
  createAccessKey(
    userName: string,
    policies: readonly (ManagedPolicy | PolicyDocument)[],
  ): Promise<AccessKey & { readonly secretAccessKey: string }>
  deleteAccessKey(accessKeyId: string): Promise<void>
  listAccessKeys(): Promise<readonly AccessKey[]>
  /** The secret of a long-lived or session key, for signature checks. `undefined` when unknown, inactive or expired. */
  credentials(accessKeyId: string, sessionToken?: string): Promise<Credentials | undefined>
  /** Fifteen minutes of access to one job's objects and results (J, W). */
  jobCredentials(jobId: string): Promise<{
    accessKeyId: string
    secretAccessKey: string
    sessionToken: string
    expires: number
  }>
  /** Policies: deny wins, and what nothing allows is denied. `action` as `codepipeline:GetPipeline`. */
  allows(principal: Principal, action: string, resource: string): boolean
  audit(entry: Omit<AuditEntry, 'at'>): Promise<void>
  auditLog(page: { readonly before?: number; readonly limit: number }): Promise<readonly AuditEntry[]>
}

/**
 * What an access key stands for.
 * @example
 * const known: Credentials | undefined = await api.server.access.credentials('AKIAEXAMPLE')
 */
export interface Credentials {
  readonly secretAccessKey: string
  readonly principal: Principal
  /** Set for job-scoped credentials: which objects may be read and written, each as `bucket/key`. */
  readonly job?: {
    readonly jobId: string
    readonly readable: readonly string[]
    readonly writable: readonly string[]
  }
}

/**
 * The logs of actions, masked.
 * @example
 * const logs: LogService = api.server.logs
 * const chunk = await logs.read('b5a8e5f0-0000-4000-8000-000000000000', 0)
 */
export interface LogService {
  /** A masked piece of an action's log from a byte offset on; `end` tells whether more can come. */
  read(actionExecutionId: string, from: number, limit?: number): Promise<LogChunk | undefined>
  /** Calls back whenever there may be more; the answer ends it. */
  follow(actionExecutionId: string, onMore: () => void): () => void
  size(actionExecutionId: string): Promise<number | undefined>
  /** The byte offset at which a line (from 1) begins; the log's size when it has fewer. */
  offsetOfLine?(actionExecutionId: string, line: number): Promise<number | undefined>
}

/**
 * A piece of a log.
 * @example
 * const more = (chunk: LogChunk) => (chunk.complete ? undefined : chunk.next)
 */
export interface LogChunk {
  readonly text: string
  readonly from: number
  /** Where to go on. */
  readonly next: number
  readonly complete: boolean
}

/**
 * What has just changed, for pages that watch; lossy by nature: read the state when told.
 * @example
 * const live: LiveService = api.server.live
 * const end = live.subscribe(() => undefined)
 */
export interface LiveService {
  subscribe(listener: (change: LiveChange) => void): () => void
}

/**
 * What changed.
 * @example
 * const about = (change: LiveChange) => change.pipelineExecutionId ?? change.pipelineName
 */
export interface LiveChange {
  readonly pipelineName: string
  readonly pipelineExecutionId?: string
  readonly actionExecutionId?: string
}

/**
 * A plugin as lists show it.
 * @example
 * const broken = (plugin: PluginStatus) => plugin.state === 'failed' || plugin.state === 'incompatible'
 */
export interface PluginStatus {
  readonly name: string
  readonly version: string
  readonly state:
    | 'discovered'
    | 'validated'
    | 'loaded'
    | 'registered'
    | 'started'
    | 'stopped'
    | 'failed'
    | 'incompatible'
    | 'disabled'
  /** Why it failed, or what its last errors were, newest last. */
  readonly problems: readonly string[]
  readonly provides: readonly string[]
  readonly bundled: boolean
  /** `process`: its code runs in a process of its own. */
  readonly isolation?: 'process' | 'none'
}

/**
 * An action type with what a form needs.
 * @example
 * const types: readonly ActionTypeInfo[] = api.server.plugins.actionTypes()
 */
export interface ActionTypeInfo {
  readonly id: ActionTypeId
  readonly description?: string
  readonly properties: PropertyDeclarations
  readonly inputArtifacts: ArtifactDetails
  readonly outputArtifacts: ArtifactDetails
  /** The plugin that provides it; absent for custom action types. */
  readonly plugin?: string
}

/**
 * A type of rules (C5) with what a form needs.
 * @example
 * const rules: readonly RuleTypeInfo[] = api.server.plugins.ruleTypes?.() ?? []
 */
export interface RuleTypeInfo {
  readonly provider: string
  readonly version: string
  readonly description?: string
  readonly properties: PropertyDeclarations
  readonly inputArtifacts: ArtifactDetails
  readonly plugin: string
}

/**
 * The plugins of this server.
 * @example
 * const plugins: PluginService = api.server.plugins
 * const broken = plugins.list().filter(({ problems }) => problems.length > 0)
 */
export interface PluginService {
  list(): readonly PluginStatus[]
  /** Those that plugins provide; custom action types are told by ListActionTypes. */
  actionTypes(): readonly ActionTypeInfo[]
  ruleTypes?(): readonly RuleTypeInfo[]
  /** The services that plugins bring. */
  services?(): readonly ServiceProvider[]
  disable(name: string): Promise<void>
  enable(name: string): Promise<void>
  /**
   * Loads the plugin anew without a restart of the server; running jobs end with the old code. Answers what became of it;
   * nothing for one that penstock.yaml names no more, which is taken out.
   */
  reload?(name: string): Promise<PluginStatus | undefined>
}

/**
 * How polling a source goes.
 * @example
 * const late = (source: SourceStatus) => source.failures > 3
 */
export interface SourceStatus {
  readonly pipelineName: string
  readonly actionName: string
  readonly schedule: string
  readonly lastPolled?: number
  readonly nextPoll?: number
  readonly lastRevision?: SourceRevision
  /** What is wrong with the source, in words; absent when the last poll went well. */
  readonly error?: string
  readonly failures: number
  /** When the first of the failed polls in a row was. */
  readonly failingSince?: number
  /** Why the next poll is when it is, in words. */
  readonly nextReason?: string
  /** The last polls, newest first. */
  readonly polls?: readonly PollRecord[]
  /** A change that a poll found though no webhook told of it, while webhooks tell of others: look after the webhook. */
  readonly missedWebhook?: MissedWebhook
}

/**
 * What sources saw.
 * @example
 * const sources: SourceService = api.server.sources
 * const event = { kind: 'push', branch: 'main' } as const
 * await sources.report({
 *   pipelineName: 'site', actionName: 'Fetch', revision: { revisionId: 'f00', event }, trigger: 'Webhook',
 * })
 */
export interface SourceService {
  /** The polling state of a pipeline's sources. */
  status(pipelineName: string): Promise<readonly SourceStatus[]>
  /**
   * Makes a pipeline's sources, or one of them, be looked at now; answers their names. `by` is shown with the poll.
   * Errors: ValidationException when none is polled.
   */
  poll(pipelineName: string, actionName: string | undefined, by: string): Promise<readonly string[]>
  /** A webhook or plugin saw a change: starts executions where triggers and rules say so (G). */
  report(found: {
    readonly pipelineName: string
    readonly actionName: string
    readonly revision: FoundRevision
    readonly trigger: 'Webhook' | 'WebhookV2' | 'CloudWatchEvent'
    readonly detail?: string
  }): Promise<{ readonly pipelineExecutionId?: string }>
}

/**
 * For the endpoint that receives webhooks (W); they are made and changed through the operations.
 * @example
 * const webhooks: WebhookService = api.server.webhooks
 * const target = await webhooks.find('a-secret-path')
 */
export interface WebhookService {
  /** The webhook whose URL ends in this; `undefined` when there is none, or its target action is gone. */
  find(secretPath: string): Promise<WebhookTarget | undefined>
  /** Written down for ListWebhooks: when it last came, and what was wrong with it. */
  came(name: string, problem?: { readonly code: string; readonly message: string }): Promise<void>
  /**
   * Starts the pipeline with whatever its sources have newest (W6), for senders that name no revision.
   * Errors: PipelineNotFoundException, ConcurrentPipelineExecutionsLimitExceededException.
   */
  start(target: WebhookTarget): Promise<{ readonly pipelineExecutionId: string }>
}

/**
 * A webhook with its secret in clear, and the action that it is for.
 * @example
 * const target: WebhookTarget | undefined = await api.server.webhooks.find('a-secret-path')
 */
export interface WebhookTarget {
  readonly definition: WebhookDefinition
  readonly arn: string
  /** The target action's, for `{ConfigKey}` in filters (W2). */
  readonly configuration: Readonly<Record<string, string>>
}
