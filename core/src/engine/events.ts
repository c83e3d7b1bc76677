/** Everything that can happen to a pipeline. Each is decided alone, one after the other, per pipeline. */
import type { ApprovalResult } from '../domain/approval.js'
import type { ConditionKind } from '../domain/condition.js'
import type { ExecutionTrigger } from '../domain/execution.js'
import type { ExecutionDetails, Job, JobFailure, JobSuccess } from '../domain/job.js'
import type { Pipeline, RetryMode } from '../domain/pipeline.js'
import type { SourceRevision, SourceRevisionOverride } from '../domain/revision.js'
import type { TransitionType } from '../domain/transition.js'

export interface StartEvent {
  readonly type: 'Start'
  readonly trigger: ExecutionTrigger
  /** Overrides of the pipeline's variables (X13). */
  readonly variables: Readonly<Record<string, string>>
  /** Revisions already known, such as the one that a poll found. */
  readonly sourceRevisions: readonly SourceRevision[]
  readonly sourceOverrides: readonly SourceRevisionOverride[]
  readonly clientRequestToken?: string | undefined
  /** Starts nothing when the newest execution already has these source revisions: somebody was faster. */
  readonly unlessNewestHasThem?: boolean
  /** Strangers wrote a source revision: the execution gets no secrets. */
  readonly untrusted?: boolean
}
export interface SetTransitionEvent {
  readonly type: 'SetTransition'
  readonly stageName: string
  readonly transitionType: TransitionType
  readonly enabled: boolean
  readonly reason?: string
  readonly by: string
}
export interface StopEvent {
  readonly type: 'Stop'
  readonly executionId: string
  readonly abandon: boolean
  readonly reason?: string | undefined
}
export interface RetryStageEvent {
  readonly type: 'RetryStage'
  readonly executionId: string
  readonly stageName: string
  readonly mode: RetryMode
}
export interface RollbackStageEvent {
  readonly type: 'RollbackStage'
  readonly stageName: string
  readonly targetExecutionId: string
  readonly by: string
}
export interface OverrideConditionEvent {
  readonly type: 'OverrideCondition'
  readonly executionId: string
  readonly stageName: string
  readonly kind: ConditionKind
  readonly by: string
}
export interface AnswerApprovalEvent {
  readonly type: 'AnswerApproval'
  readonly stageName: string
  readonly actionName: string
  readonly token: string
  readonly result: ApprovalResult
  readonly by: string
}
export interface JobProgressedEvent {
  readonly type: 'JobProgressed'
  readonly job: Job
  readonly details: ExecutionDetails
}
export interface JobSucceededEvent {
  readonly type: 'JobSucceeded'
  readonly job: Job
  readonly success: JobSuccess
}
export interface JobFailedEvent {
  readonly type: 'JobFailed'
  readonly job: Job
  readonly failure: JobFailure
}
export interface TimeOutEvent {
  readonly type: 'TimeOut'
  readonly executionId: string
  /** The action or rule execution whose deadline passed. */
  readonly actionExecutionId: string
}
export interface RedefineEvent {
  readonly type: 'Redefine'
  readonly pipeline: Pipeline
}

export type PipelineEvent =
  | StartEvent
  | SetTransitionEvent
  | StopEvent
  | RetryStageEvent
  | RollbackStageEvent
  | OverrideConditionEvent
  | AnswerApprovalEvent
  | JobProgressedEvent
  | JobSucceededEvent
  | JobFailedEvent
  | TimeOutEvent
  | RedefineEvent
