/** What a decision asks for, as data: rows to write, and deeds that follow once they are durable. */
import type { ActionExecution } from '../domain/action.js'
import type { RuleExecution } from '../domain/condition.js'
import type { PipelineExecution } from '../domain/execution.js'
import type {
  ActionChangedEvent,
  ApprovalNeededEvent,
  ExecutionChangedEvent,
  PipelineChangedEvent,
  StageChangedEvent,
  TransitionChangedEvent,
} from '../domain/hook-events.js'
import type { Job, JobStatus } from '../domain/job.js'
import type { StageExecution, StageRecord } from '../domain/stage.js'

/** How the engine ends a job that a worker may hold. */
export interface JobEnd {
  readonly actionExecutionId: string
  readonly how: 'stop' | 'abandon' | 'timeout'
}

export interface Changes {
  readonly executions: readonly PipelineExecution[]
  readonly stages: readonly StageRecord[]
  readonly stageExecutions: readonly StageExecution[]
  readonly actions: readonly ActionExecution[]
  readonly rules: readonly RuleExecution[]
  readonly newJobs: readonly Job[]
  /** Jobs that their worker's report ended: each is still what it was when it was looked at, or nothing is written. */
  readonly reportedJobs: readonly {
    readonly jobId: string
    readonly fence: number
    readonly from: JobStatus
    readonly status: JobStatus
  }[]
  /** Jobs to be ended whoever has them. */
  readonly endedJobs: readonly JobEnd[]
  /** Source revisions used for the first time, perhaps (J14). */
  readonly revisions: readonly {
    readonly actionName: string
    readonly revisionId: string
    /** Whose newest execution this is from now on. */
    readonly branch?: string
    readonly executionId: string
  }[]
  readonly sequence: number
}

/** A row in the outbox before it is a deed: told to the plugins at least once. */
export type Effect =
  | ({ readonly kind: 'executionChanged' } & ExecutionChangedEvent)
  | ({ readonly kind: 'actionChanged' } & ActionChangedEvent)
  | ({ readonly kind: 'approvalNeeded' } & ApprovalNeededEvent)
  | ({ readonly kind: 'stageChanged' } & StageChangedEvent)
  | ({ readonly kind: 'pipelineChanged' } & PipelineChangedEvent)
  | ({ readonly kind: 'transitionChanged' } & TransitionChangedEvent)

export interface Decision {
  readonly changes: Changes
  readonly effects: readonly Effect[]
  /** The execution that the event made, moved or named. */
  readonly executionId?: string
}
