/** What hooks tell: the engine says what happened in these words, and the host hands them to plugins. */
import type { ActionError, ActionStatus } from './action.js'
import type { ArtifactLocation } from './artifact.js'
import type { ExecutionStatus } from './execution.js'
import type { FoundRevision } from './git-event.js'
import type { StageStatus } from './stage.js'

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
  /** Why, where somebody or something ended it: `it was superseded by ...`. */
  readonly summary?: string
  /** Of a failed one: the action that failed it, and why; absent when it was a condition. */
  readonly failed?: FailedAction
}

/**
 * Which action failed, and why, secrets masked.
 * @example
 * const words = ({ stageName, actionName, error }: FailedAction) => `${stageName}/${actionName}: ${error.message}`
 */
export interface FailedAction {
  readonly stageName: string
  readonly actionName: string
  readonly actionExecutionId: string
  readonly error: ActionError
  readonly externalExecutionUrl?: string
}

/**
 * An execution entered a stage (`InProgress`), or its time there has another status.
 * @example
 * const left = ({ status }: StageChangedEvent) => status !== 'InProgress' && status !== 'Stopping'
 * api.hooks.stageChanged((event) => void (left(event) && api.log.info('left', { ...event })))
 */
export interface StageChangedEvent {
  readonly pipelineName: string
  readonly pipelineExecutionId: string
  readonly stageName: string
  readonly status: StageStatus
}

/**
 * A pipeline was created, has another version, or is gone.
 * @example
 * const gone = ({ change }: PipelineChangedEvent) => change === 'deleted'
 * api.hooks.pipelineChanged((event) => void (gone(event) && api.log.info('deleted', { ...event })))
 */
export interface PipelineChangedEvent {
  readonly pipelineName: string
  readonly change: 'created' | 'updated' | 'deleted'
  /** The version from now on; absent when it was deleted. */
  readonly version?: number
  /** The ARN of whoever did it. */
  readonly by: string
}

/**
 * Somebody disabled or enabled a transition.
 * @example
 * const closed = ({ enabled }: TransitionChangedEvent) => !enabled
 * api.hooks.transitionChanged((event) => void (closed(event) && api.log.info('closed', { ...event })))
 */
export interface TransitionChangedEvent {
  readonly pipelineName: string
  /** The stage that it leads into. */
  readonly stageName: string
  readonly enabled: boolean
  /** Why it was disabled. */
  readonly reason?: string
  /** The ARN of whoever did it. */
  readonly by: string
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
  /** What the provider says of its result; of a failed one, why it failed. */
  readonly summary?: string
  /** Of a failed one: `JobFailed`, `ConfigurationError`, `Timeout` and so on, and the reason. */
  readonly error?: ActionError
  readonly externalExecutionId?: string
  readonly externalExecutionUrl?: string
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
