import type { Artifact } from './artifact.js'
import type { ExecutionMode } from './pipeline.js'
import type { SourceRevision, SourceRevisionOverride } from './revision.js'

/**
 * How an execution can stand (X8). Everything but InProgress and Stopping is final, save that a retry reopens Failed
 * and Stopped.
 */
export type ExecutionStatus =
  | 'InProgress'
  | 'Stopping'
  | 'Stopped'
  | 'Succeeded'
  | 'Superseded'
  | 'Failed'
  | 'Cancelled'
export type ExecutionType = 'STANDARD' | 'ROLLBACK'

/** What started an execution (X15). */
export type TriggerType =
  | 'CreatePipeline'
  | 'StartPipelineExecution'
  | 'PollForSourceChanges'
  | 'Webhook'
  | 'CloudWatchEvent'
  | 'PutActionRevision'
  | 'WebhookV2'
  | 'ManualRollback'
  | 'AutomatedRollback'

export interface ExecutionTrigger {
  readonly triggerType: TriggerType
  /** Who or what: a principal's ARN, a webhook's ARN, the source action's name. */
  readonly triggerDetail?: string
}

/** Where a living execution is: in front of a stage (waiting for it), or inside it. */
export interface Position {
  readonly stage: string
  readonly waiting: boolean
  /** Epoch milliseconds at which it came there. */
  readonly since: number
}

export interface PipelineExecution {
  readonly id: string
  readonly pipelineName: string
  /** The definition it runs on from start to end (X10). */
  readonly pipelineVersion: number
  /** The pipeline's own count, which its action and rule executions share: the order of "newer" and "older". */
  readonly number: number
  readonly mode: ExecutionMode
  readonly type: ExecutionType
  readonly status: ExecutionStatus
  readonly statusSummary?: string
  readonly trigger: ExecutionTrigger
  readonly started: number
  readonly updated: number
  /** `undefined` once the execution left its last stage. */
  readonly position?: Position
  readonly variables: Readonly<Record<string, string>>
  readonly sourceOverrides: readonly SourceRevisionOverride[]
  /** One per source action, filled as they are pinned. */
  readonly sourceRevisions: readonly SourceRevision[]
  /** What the actions so far have put out, by artifact name. */
  readonly artifacts: Readonly<Record<string, Artifact>>
  /** What the actions so far have put out, by namespace (V1). */
  readonly outputVariables: Readonly<Record<string, Readonly<Record<string, string>>>>
  /** X10: the definition changed; it becomes Cancelled once its actions in progress have ended. */
  readonly cancelling?: boolean
  readonly stop?: { readonly reason?: string; readonly abandon: boolean }
  /** R6: the execution whose artifacts, revisions and variables this one runs with. */
  readonly rollbackTarget?: string
  /** It runs code of strangers, from a fork's pull request: its actions get no secrets, and write no cache. */
  readonly untrusted?: boolean
  /** The same token starts one execution, however often it is sent (X12). */
  readonly clientRequestToken?: string
}

/** True while an execution can still move by itself. */
export function isLive(status: ExecutionStatus): boolean {
  return status === 'InProgress' || status === 'Stopping'
}
