import type { ActionTypeId } from './action-type.js'
import type { Artifact } from './artifact.js'
import type { EnvironmentVariable, OutputArtifactDeclaration } from './pipeline.js'
import type { Revision, SourceRevisionOverride } from './revision.js'

/**
 * J6: Queued waits; Dispatched was handed out but not acknowledged; the rest say themselves. AWS's model also knows
 * Created, which no job here ever is: it is made in the queue.
 * @example
 * const waits = (status: JobStatus) => status === 'Queued'
 */
export type JobStatus = 'Queued' | 'Dispatched' | 'InProgress' | 'TimedOut' | 'Succeeded' | 'Failed'

/** The statuses of a job that has not ended: it waits, or somebody has it. */
export const openJobStatuses = ['Queued', 'Dispatched', 'InProgress'] as const satisfies readonly JobStatus[]

/** Whether a job waits or is being worked on; once it is not, it never is again. */
export function isOpen({ status }: { readonly status: JobStatus }): boolean {
  return openJobStatuses.some((open) => open === status)
}

/**
 * Why a job failed, in the words that workers use (J12).
 * @example
 * const known = (type: string) => failureTypes.some((each) => each === type)
 */
export const failureTypes = [
  'JobFailed',
  'ConfigurationError',
  'PermissionError',
  'RevisionOutOfSync',
  'RevisionUnavailable',
  'SystemUnavailable',
] as const

/**
 * CodePipeline's kinds of failure.
 * @example
 * throw new JobFailed('Port is 0: 1 to 65535 is right', 'ConfigurationError' satisfies FailureType)
 */
export type FailureType = (typeof failureTypes)[number]

/**
 * What a job is for: an action of a stage, or a rule of a condition.
 * @example
 * const kind: JobKind = 'rule'
 */
export type JobKind = 'action' | 'rule'

/**
 * What a worker needs to do the work; fixed when the job is made.
 * @example
 * const title = (data: JobData) => `${data.pipelineName}/${data.actionName}`
 */
export interface JobData {
  readonly actionTypeId: ActionTypeId
  /** Variables resolved, secrets in clear: for the worker's eyes only. */
  readonly configuration: Readonly<Record<string, string>>
  readonly pipelineName: string
  readonly pipelineVersion: number
  readonly pipelineExecutionId: string
  readonly stageName: string
  readonly actionName: string
  readonly actionExecutionId: string
  readonly inputArtifacts: readonly Artifact[]
  readonly outputArtifacts: readonly (Artifact & Pick<OutputArtifactDeclaration, 'files'>)[]
  /** For a source action: the revision to fetch, when the execution was started by or for one. */
  readonly revision?: Revision
  readonly sourceOverride?: SourceRevisionOverride
  /** It runs code of strangers, from a fork's pull request: no secrets, no cache that is written. */
  readonly untrusted?: boolean
  /** It builds a pull request, of a fork or not: it writes no cache that other builds read. */
  readonly pullRequest?: boolean
  readonly commands?: readonly string[]
  readonly environmentVariables?: readonly EnvironmentVariable[]
  readonly outputVariableNames?: readonly string[]
  readonly encryptionKey?: { readonly id: string; readonly type: 'KMS' }
}

/**
 * The queue's entry for one piece of work; a continuation makes a new one (J7).
 * @example
 * const waits = (job: Job) => job.status === 'Queued'
 */
export interface Job {
  readonly id: string
  readonly kind: JobKind
  readonly status: JobStatus
  readonly nonce: string
  readonly data: JobData
  /** J7: what the job before this one left behind. */
  readonly continuationToken?: string
  /** The queryable property's value, which PollForJobs may ask for (J5). */
  readonly queryValue?: string
  /** Epoch milliseconds. */
  readonly created: number
  /** When it was first handed to a worker, epoch milliseconds; absent while it waits. */
  readonly started?: number
  /** Not handed out before this. */
  readonly availableAt: number
  /** Who holds it, until when, and for which time: a result with an older fence is refused. */
  readonly workerId?: string
  readonly leaseUntil?: number
  readonly fence: number
  /** J13: set for third-party jobs. */
  readonly clientId?: string
  /** Set when the engine wants it to end: the worker learns of it at its next heartbeat. */
  readonly cancelRequested?: 'stop' | 'abandon' | 'timeout'
}

/**
 * How far a job is, as its worker tells: shown, nothing more (J8).
 * @example
 * const half: ExecutionDetails = { percentComplete: 50, summary: '6 of 12 tests' }
 */
export interface ExecutionDetails {
  readonly summary?: string
  readonly externalExecutionId?: string
  readonly externalExecutionUrl?: string
  /** 0..100. */
  readonly percentComplete?: number
}

/**
 * What a worker reports of a job that went well.
 * @example
 * const success: JobSuccess = { outputVariables: { Tests: '12' } }
 */
export interface JobSuccess {
  readonly executionDetails?: ExecutionDetails
  readonly currentRevision?: Revision
  /** V5, V6: only without a continuation token. */
  readonly outputVariables?: Readonly<Record<string, string>>
  /** J7: this job ends, a new one carries the token on. 1..2048 characters. */
  readonly continuationToken?: string
  /** With a continuation: not handed out again before so many milliseconds have passed. */
  readonly continueAfter?: number
}

/**
 * What a worker reports of a job that failed.
 * @example
 * const failure: JobFailure = { type: 'JobFailed', message: 'exit code 1' }
 */
export interface JobFailure {
  readonly type: FailureType
  readonly message: string
  readonly externalExecutionId?: string
}
