import type { ConditionExecution } from './condition.js'
import type { Transition } from './transition.js'

/** How a stage can stand (X8). */
export type StageStatus = 'Cancelled' | 'InProgress' | 'Failed' | 'Stopped' | 'Stopping' | 'Succeeded' | 'Skipped'

export type RetryTrigger = 'AutomatedStageRetry' | 'ManualStageRetry'

/** How often a stage was tried again, and by whom last (R4). */
export interface RetryStageMetadata {
  readonly autoStageRetryAttempt?: number
  readonly manualStageRetryAttempt?: number
  readonly latestRetryTrigger?: RetryTrigger
}

/** One execution's run through one stage; a retry keeps it and counts up its metadata (R2). */
export interface StageExecution {
  readonly executionId: string
  readonly pipelineName: string
  readonly stageName: string
  readonly status: StageStatus
  readonly started: number
  readonly updated: number
  readonly retry?: RetryStageMetadata
  /** The action executions that count in the present round, by action name; a retry forgets those it runs again. */
  readonly actions: Readonly<Record<string, string>>
  readonly beforeEntry?: ConditionExecution
  readonly onSuccess?: ConditionExecution
  readonly onFailure?: ConditionExecution
}

/** What a stage remembers between executions. */
export interface StageRecord {
  readonly pipelineName: string
  readonly stageName: string
  /** The door into this stage; disabling the outbound transition of the stage before closes the same door (T2). */
  readonly inbound: Transition
  /** The execution that entered last, whether or not it is still inside. */
  readonly latestExecutionId?: string
  /** The last run of each of its actions, of whichever execution, by action name. */
  readonly latestActions: Readonly<Record<string, string>>
  /** The newest execution that a rollback by itself may return to (R6, R7). */
  readonly lastSucceeded?: { readonly executionId: string; readonly pipelineVersion: number }
}
