import type { ApprovalStanding } from './approval.js'
import type { Artifact } from './artifact.js'
import type { Revision } from './revision.js'

/** How an action can stand (X8). */
export type ActionStatus = 'InProgress' | 'Abandoned' | 'Succeeded' | 'Failed'

/** One run of one action; a retry makes another and the older one stays in history (R2). */
export interface ActionExecution {
  readonly id: string
  readonly pipelineName: string
  readonly executionId: string
  readonly pipelineVersion: number
  readonly stageName: string
  readonly actionName: string
  readonly runOrder: number
  /** Its place in the pipeline's history. */
  readonly number: number
  /** 1 for the first run in this execution, one more with each retry. */
  readonly attempt: number
  readonly status: ActionStatus
  readonly started: number
  /** When a worker took it: before that it waited. Known once it told of something; absent where no worker is needed. */
  readonly workStarted?: number
  readonly updated: number
  /** When the engine gives up on it, epoch milliseconds (J10, A3). */
  readonly deadline?: number
  /** As declared, secrets included: never shown unmasked (J3). */
  readonly configuration: Readonly<Record<string, string>>
  /** With `#{...}` replaced, just before it started (V4). */
  readonly resolvedConfiguration: Readonly<Record<string, string>>
  readonly inputArtifacts: readonly Artifact[]
  readonly outputArtifacts: readonly Artifact[]
  readonly outputVariables?: Readonly<Record<string, string>>
  /** A1: what a pending approval must be answered with. */
  readonly token?: string
  /** A5, A6: of an approval, who must answer, who did, and about what. */
  readonly approvals?: ApprovalStanding
  readonly summary?: string
  readonly percentComplete?: number
  readonly externalExecutionId?: string
  readonly externalExecutionUrl?: string
  readonly lastUpdatedBy?: string
  readonly currentRevision?: Revision
  readonly error?: ActionError
}

/** Why an action failed (J12). `code` is a FailureType, or what ended it: `Timeout`, `Abandoned`, `WorkerLost`. */
export interface ActionError {
  readonly code: string
  readonly message: string
}
