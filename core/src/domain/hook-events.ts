/** What hooks tell: the engine says what happened in these words, and the host hands them to plugins. */
import type { ActionStatus } from './action.js'
import type { ArtifactLocation } from './artifact.js'
import type { ExecutionStatus } from './execution.js'
import type { FoundRevision } from './git-event.js'

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
