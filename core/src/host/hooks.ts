/** Every hook there is, declared once. A tap that throws or never returns is contained and named on the page. */
import { AsyncParallelHook, AsyncSeriesBailHook, AsyncSeriesWaterfallHook } from 'tapable'
import type { ActionStatus } from '../domain/action.js'
import type { ArtifactLocation } from '../domain/artifact.js'
import type { ExecutionStatus } from '../domain/execution.js'
import type { FoundRevision } from '../domain/git-event.js'

/**
 * A source found this.
 * @example
 * const isBot = ({ revision }: RevisionFoundEvent) => revision.author === 'bot'
 * api.hooks.revisionFound((event) => (isBot(event) ? undefined : event))
 */
export interface RevisionFoundEvent {
  readonly pipelineName: string
  readonly actionName: string
  readonly revision: FoundRevision
}

/**
 * This action is about to run.
 * @example
 * const frozen = (event: BeforeActionEvent) => event.stageName === 'Production'
 * api.hooks.beforeAction((event) => (frozen(event) ? 'production is frozen' : undefined))
 */
export interface BeforeActionEvent {
  readonly pipelineName: string
  readonly pipelineExecutionId: string
  readonly stageName: string
  readonly actionName: string
  readonly provider: string
}

/**
 * An execution has another status.
 * @example
 * const ended = ({ status }: ExecutionChangedEvent) => status !== 'InProgress'
 * api.hooks.executionChanged((event) => void (ended(event) && api.log.info('ended', { ...event })))
 */
export interface ExecutionChangedEvent {
  readonly pipelineName: string
  readonly pipelineExecutionId: string
  readonly status: ExecutionStatus
}

/**
 * An action has another status.
 * @example
 * const failed = ({ status }: ActionChangedEvent) => status === 'Failed'
 * api.hooks.actionChanged((event) => void (failed(event) && api.log.warn('failed', { ...event })))
 */
export interface ActionChangedEvent {
  readonly pipelineName: string
  readonly pipelineExecutionId: string
  readonly actionExecutionId: string
  readonly stageName: string
  readonly actionName: string
  readonly status: ActionStatus
  readonly summary?: string
}

/**
 * An artifact lies in the store.
 * @example
 * const large = ({ size }: ArtifactStoredEvent) => size > 1e9
 * api.hooks.artifactStored((event) => void (large(event) && api.log.warn('large artifact', { name: event.name })))
 */
export interface ArtifactStoredEvent {
  readonly pipelineName: string
  readonly pipelineExecutionId: string
  readonly name: string
  readonly location: ArtifactLocation
  readonly size: number
}

/**
 * Somebody must approve.
 * @example
 * const link = ({ pipelineName }: ApprovalNeededEvent) => `${api.server.identity.publicUrl}/pipelines/${pipelineName}`
 * api.hooks.approvalNeeded((event) => api.log.info('approve', { at: link(event) }))
 */
export interface ApprovalNeededEvent {
  readonly pipelineName: string
  readonly pipelineExecutionId: string
  readonly stageName: string
  readonly actionName: string
  readonly token: string
  readonly expires: number
  readonly configuration: Readonly<Record<string, string>>
}

export function createHooks() {
  return Object.freeze({
    /** All plugins are started and the port is open. */
    serverStart: new AsyncParallelHook<[{ readonly address: string }]>(['event']),
    serverStop: new AsyncParallelHook<[{ readonly reason: string }]>(['event']),
    /** A source saw something new; a tap may change the revision, or answer `undefined` to drop it. */
    revisionFound: new AsyncSeriesWaterfallHook<[RevisionFoundEvent | undefined]>(['event']),
    /** Before a job is handed to its worker; a string answered is the reason why it must not run. */
    beforeAction: new AsyncSeriesBailHook<[BeforeActionEvent], string>(['event']),
    executionChanged: new AsyncParallelHook<[ExecutionChangedEvent]>(['event']),
    actionChanged: new AsyncParallelHook<[ActionChangedEvent]>(['event']),
    artifactStored: new AsyncParallelHook<[ArtifactStoredEvent]>(['event']),
    approvalNeeded: new AsyncParallelHook<[ApprovalNeededEvent]>(['event']),
  })
}

export type Hooks = ReturnType<typeof createHooks>
export type HookName = keyof Hooks

/**
 * How plugins see the hooks: one function each, which taps it under the plugin's name. No tapable types here.
 * @example
 * const hooks: PluginHooks = api.hooks
 * hooks.serverStart(({ address }) => api.log.info('open', { address }))
 */
export interface PluginHooks {
  serverStart(tap: (event: { readonly address: string }) => void | Promise<void>): void
  serverStop(tap: (event: { readonly reason: string }) => void | Promise<void>): void
  revisionFound(
    tap: (event: RevisionFoundEvent) => RevisionFoundEvent | undefined | Promise<RevisionFoundEvent | undefined>,
  ): void
  beforeAction(tap: (event: BeforeActionEvent) => string | undefined | void | Promise<string | undefined | void>): void
  executionChanged(tap: (event: ExecutionChangedEvent) => void | Promise<void>): void
  actionChanged(tap: (event: ActionChangedEvent) => void | Promise<void>): void
  artifactStored(tap: (event: ArtifactStoredEvent) => void | Promise<void>): void
  approvalNeeded(tap: (event: ApprovalNeededEvent) => void | Promise<void>): void
}
