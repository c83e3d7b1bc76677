import type { ExecutionDetails, Job, JobFailure, JobSuccess } from '../domain/job.js'
import type { TestReportInput } from '../domain/test-report.js'
import type { DeployTarget } from '../host/provider-context.js'

/** A job and the time for which it was handed out. */
export interface HeldJob {
  readonly jobId: string
  readonly fence: number
}

/** What became of a held job. Neither `cancel` nor `gone`: go on. */
export interface HeldJobState {
  readonly jobId: string
  readonly cancel?: NonNullable<Job['cancelRequested']>
  /** Somebody else has it, or it has ended: whatever is reported for this fence is refused. */
  readonly gone?: true
}

/**
 * The queue as a worker sees it: in the same process on the engine, or over HTTP.
 * - `succeed` and `fail` may be called again with the same fence, when the first answer was lost.
 * - A Fault thrown is the engine's last word and is not tried again; anything else thrown is (a lost connection, say).
 */
export interface JobClient {
  /** Takes up to `limit` waiting jobs of these types, acknowledged, oldest first. */
  claim(workerId: string, actionTypeKeys: readonly string[], limit: number): Promise<readonly Job[]>
  /** The jobs that this worker had in progress when it ended. */
  recover(workerId: string): Promise<readonly Job[]>
  /** Extends the leases and answers for every job that was asked about. */
  heartbeat(held: readonly HeldJob[]): Promise<readonly HeldJobState[]>
  progress(jobId: string, fence: number, details: ExecutionDetails): Promise<void>
  /** What a deploy action is doing to each of its targets: the whole list, each time. */
  targets?(jobId: string, fence: number, targets: readonly DeployTarget[]): Promise<void>
  /** What tests said of the job's build: one report, under its name. */
  testReport?(jobId: string, fence: number, report: TestReportInput): Promise<void>
  /** Keeps the job's place: `recover` answers it as `continuationToken`. `undefined` forgets it. */
  checkpoint(jobId: string, fence: number, token: string | undefined): Promise<void>
  succeed(jobId: string, fence: number, success: JobSuccess): Promise<void>
  fail(jobId: string, fence: number, failure: JobFailure): Promise<void>
  /** Calls back when there may be work. Lossy: the worker also asks by itself now and then. */
  onWork(listener: () => void): () => void
  /** Calls back when a held job may have been cancelled, so that nobody waits for the next heartbeat. Lossy as well. */
  onCancel?(listener: () => void): () => void
}
