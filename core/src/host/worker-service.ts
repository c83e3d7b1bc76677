/** The queue for workers on other machines, as whoever speaks to them over a network needs it. */

import type { Principal } from '../domain/access.js'
import type { ExecutionDetails, Job, JobFailure, JobSuccess } from '../domain/job.js'
import type { TestReportInput } from '../domain/test-report.js'
import type { ReportedResult } from './job-api-access.js'
import type { DeployTarget } from './provider-context.js'
import type { StateDoor } from './state/state-door.js'

/**
 * Who calls. A name belongs to its principal: another's worker of the same name is another worker.
 * @example
 * const caller: WorkerCaller = { by: admin, workerName: 'builder-1' }
 */
export interface WorkerCaller {
  readonly by: Principal
  /** 1..100 letters, digits or `._-`; the same after every restart. */
  readonly workerName: string
}

/**
 * A job, and the time for which it was handed out.
 * @example
 * const held: WorkerJob = { jobId: 'b5a8e5f0-0000-4000-8000-000000000000', fence: 1 }
 */
export interface WorkerJob {
  readonly jobId: string
  readonly fence: number
}

/**
 * How long a call may wait for something to happen; `signal` aborts when the caller is gone.
 * @example
 * const wait: LongPoll = { milliseconds: 20_000, signal: ctx.signal }
 */
export interface LongPoll {
  readonly milliseconds: number
  readonly signal: AbortSignal
}

/**
 * Which jobs a worker asks for.
 * @example
 * const claim: WorkerClaim = { typeKeys: ['Build/Custom/Rake/1'], limit: 2, held: [] }
 */
export interface WorkerClaim {
  /** `Build/Custom/Rake/1`. */
  readonly typeKeys: readonly string[]
  readonly limit: number
  /** Ids of the jobs that the worker has: what else is in progress under its name was lost on the way and comes again. */
  readonly held: readonly string[]
}

/**
 * What became of a job: neither `cancel` nor `gone` means to go on.
 * @example
 * const goesOn = (state: WorkerJobState) => state.cancel === undefined && !state.gone
 */
export interface WorkerJobState {
  readonly jobId: string
  readonly cancel?: NonNullable<Job['cancelRequested']>
  readonly gone?: true
}

/**
 * Fifteen minutes of access to one job's objects and results, and where they are.
 * @example
 * const expired = (access: WorkerJobAccess, now: number) => access.expires <= now
 */
export interface WorkerJobAccess {
  readonly region: string
  readonly accountId: string
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken: string
  /** Epoch milliseconds. */
  readonly expires: number
}

/**
 * Every call about a job is refused with JobNotFoundException or InvalidJobStateException when the caller does not hold
 * it (any more). `succeed`, `fail`, `appendLog` and `finishLog` may be called again when an answer was lost.
 * @example
 * async function take(workers: WorkerService) {
 *   const caller = { by: admin, workerName: 'builder-1' }
 *   return workers.claim(caller, { typeKeys: ['Build/Custom/Rake/1'], limit: 1, held: [] })
 * }
 */
export interface WorkerService {
  /** Jobs, acknowledged, oldest first; waits for one when there is none. */
  claim(caller: WorkerCaller, claim: WorkerClaim, wait?: LongPoll): Promise<readonly Job[]>
  /** What the worker had in progress when it ended. */
  recover(caller: WorkerCaller): Promise<readonly Job[]>
  /** Extends the leases; waits until a job is to end. */
  heartbeat(caller: WorkerCaller, held: readonly WorkerJob[], wait?: LongPoll): Promise<readonly WorkerJobState[]>
  progress(caller: WorkerCaller, job: WorkerJob, details: ExecutionDetails): Promise<void>
  /** For Deploy actions: the state of all targets, each time the whole list. */
  targets(caller: WorkerCaller, job: WorkerJob, targets: readonly DeployTarget[]): Promise<void>
  /** What tests said of the job's build: one report, under its name. */
  testReport(caller: WorkerCaller, job: WorkerJob, report: TestReportInput): Promise<void>
  checkpoint(caller: WorkerCaller, job: WorkerJob, token: string | undefined): Promise<void>
  succeed(caller: WorkerCaller, job: WorkerJob, success: JobSuccess): Promise<void>
  fail(caller: WorkerCaller, job: WorkerJob, failure: JobFailure): Promise<void>
  /** A secret that the job's own declaration names; `undefined` for every other. From then on the job's log masks it. */
  secret(caller: WorkerCaller, job: WorkerJob, name: string): Promise<string | undefined>
  access(caller: WorkerCaller, job: WorkerJob): Promise<WorkerJobAccess>
  /** What the job's own function reported through the API, once it did. */
  report(caller: WorkerCaller, job: WorkerJob, wait?: LongPoll): Promise<ReportedResult | undefined>
  /**
   * Adds to the job's log. `offset` counts the bytes that this job's worker has sent before; what is there already is
   * passed over. Answers how many bytes there are now: where to go on.
   */
  appendLog(caller: WorkerCaller, job: WorkerJob, offset: number, bytes: Buffer): Promise<number>
  /** The log is whole at `size` bytes. Answers how many there are: fewer than `size` means that it is not finished. */
  finishLog(caller: WorkerCaller, job: WorkerJob, size: number): Promise<number>
  /**
   * What a plugin keeps (`api.state`), for its copy on the worker's machine.
   * Errors: AccessDeniedException, unless the caller may claim jobs of an action type of that plugin.
   */
  state(caller: WorkerCaller, plugin: string): Promise<StateDoor>
  /** Calls `look` when there may be new jobs, until it finds something or the wait is over. */
  whenJobs<T>(look: () => Promise<T>, found: (answer: T) => boolean, wait: LongPoll): Promise<T>
}
