/** What became of one host. */

export type EventStatus = 'Pending' | 'InProgress' | 'Succeeded' | 'Failed' | 'Skipped' | 'Unknown'
export type HostStatus = 'Pending' | 'InProgress' | 'Succeeded' | 'Failed' | 'Skipped' | 'Unknown'

/** CodeDeploy's LifecycleErrorCode, and what stands for a stop by a user. */
export type ErrorCode =
  | 'Success'
  | 'ScriptMissing'
  | 'ScriptNotExecutable'
  | 'ScriptTimedOut'
  | 'ScriptFailed'
  | 'UnknownError'
  | 'Stopped'

export interface Diagnostics {
  readonly errorCode: ErrorCode
  readonly scriptName: string
  readonly message: string
  /** The last lines of the event's output, at most 2,048 characters of whole lines. */
  readonly logTail: string
}

export interface EventResult {
  readonly name: string
  readonly status: EventStatus
  /** Milliseconds since the epoch. */
  readonly startTime?: number
  readonly endTime?: number
  readonly diagnostics?: Diagnostics
}

export interface HostResult {
  readonly status: 'Succeeded' | 'Failed' | 'Unknown'
  /** True when it was ended on request. */
  readonly stopped: boolean
  readonly events: readonly EventResult[]
  /** Why it failed, in one line. */
  readonly message?: string
}
