/** A server's queue from another machine. */

import { type Clock, sleep } from '../domain/clock.js'
import type { ExecutionDetails, Job, JobFailure, JobSuccess } from '../domain/job.js'
import type { TestReportInput } from '../domain/test-report.js'
import type { JobApiAccess, ReportedResult } from '../host/job-api-access.js'
import type { DeployTarget } from '../host/provider-context.js'
import type { WorkerJobAccess } from '../host/worker-service.js'
import { BearableWait } from './bearable-wait.js'
import { functionAccess } from './function-access.js'
import type { HeldJob, HeldJobState, JobClient } from './job-client.js'
import { ApiRefused, type PenstockApi } from './penstock-api.js'
import { untilAccepted } from './retry.js'
import { inSeconds } from './wire-times.js'

/** The least time between two calls that wait, and between two tries, milliseconds. */
const pause = 1_000

/**
 * - A claim waits at the server until there is work, and tells at the end that it may be asked again.
 * - It names what this worker has: a job whose answer was lost on the way comes again.
 * - While jobs are in hand, one call waits for the news that one of them is to end.
 */
export class HttpJobClient implements JobClient {
  readonly #held = new Map<string, Job>()
  readonly #byAction = new Map<string, HeldJob>()
  readonly #onWork = new Set<() => void>()
  readonly #onCancel = new Set<() => void>()
  /** Jobs whose end was told: no call waits for it any more. */
  readonly #told = new Set<string>()
  readonly #closed = new AbortController()
  #watch: AbortController | undefined
  #isFirstClaim = true
  readonly #wait: BearableWait

  constructor(
    readonly api: PenstockApi,
    readonly workerName: string,
    readonly clock: Clock,
  ) {
    this.#wait = new BearableWait(clock)
  }

  async claim(_workerId: string, typeKeys: readonly string[], limit: number): Promise<readonly Job[]> {
    const seconds = this.#isFirstClaim ? 0 : this.#wait.seconds
    const { workerName } = this
    const asked = this.clock.now()
    const input = { workerName, typeKeys, limit, held: [...this.#held.keys()] }
    const { jobs } = await this.#wait.during(seconds, { jobs: [] }, () =>
      this.api.call<{ jobs: Job[] }>('ClaimJobs', input, seconds),
    )
    this.#isFirstClaim = false
    this.#take(jobs)
    // A server that stops answers at once, and must not be asked in a circle.
    const early = jobs.length === 0 && this.clock.now() - asked < pause
    this.clock.after(early ? pause : 0, () => tell(this.#onWork))
    return jobs
  }

  async recover(_workerId: string): Promise<readonly Job[]> {
    const { jobs } = await this.api.call<{ jobs: Job[] }>('RecoverJobs', { workerName: this.workerName })
    this.#take(jobs)
    return jobs
  }

  async heartbeat(held: readonly HeldJob[]): Promise<readonly HeldJobState[]> {
    const { states } = await this.#beat(held, 0)
    for (const { jobId, gone } of states) if (gone) this.#forget(jobId)
    return states
  }

  async progress(jobId: string, fence: number, executionDetails: ExecutionDetails): Promise<void> {
    await this.#about('ReportProgress', { jobId, fence }, { executionDetails })
  }

  async targets(jobId: string, fence: number, targets: readonly DeployTarget[]): Promise<void> {
    await this.#about('ReportTargets', { jobId, fence }, { targets: inSeconds(targets) })
  }

  async testReport(jobId: string, fence: number, report: TestReportInput): Promise<void> {
    await this.#about('ReportTests', { jobId, fence }, { report: JSON.stringify(report) })
  }

  async checkpoint(jobId: string, fence: number, continuationToken: string | undefined): Promise<void> {
    await this.#about('Checkpoint', { jobId, fence }, { continuationToken })
  }

  async succeed(jobId: string, fence: number, success: JobSuccess): Promise<void> {
    await this.#about('SucceedJob', { jobId, fence }, { success: inSeconds(success) })
    this.#forget(jobId)
  }

  async fail(jobId: string, fence: number, { externalExecutionId, type, message }: JobFailure): Promise<void> {
    const failureDetails = { type, message: message === '' ? type : message, externalExecutionId }
    await this.#about('FailJob', { jobId, fence }, { failureDetails })
    this.#forget(jobId)
  }

  onWork(listener: () => void): () => void {
    this.#onWork.add(listener)
    return () => this.#onWork.delete(listener)
  }

  onCancel(listener: () => void): () => void {
    this.#onCancel.add(listener)
    return () => this.#onCancel.delete(listener)
  }

  /** One of Penstock's own operations, until it is answered. Errors: Faults; the refusal; when the worker stops. */
  insist<T>(operation: string, input: object): Promise<T> {
    return this.#insist(() => this.api.call<T>(operation, { workerName: this.workerName, ...input }))
  }

  /** The job that was last handed out for an action. */
  jobOf(actionExecutionId: string): HeldJob | undefined {
    return this.#byAction.get(actionExecutionId)
  }

  async secret(job: HeldJob, name: string): Promise<string | undefined> {
    return (await this.#insist(() => this.#about<{ value?: string }>('GetSecret', job, { name }))).value
  }

  access(job: HeldJob): Promise<WorkerJobAccess> {
    return this.#about('GetJobAccess', job)
  }

  async appendLog(job: HeldJob, offset: number, bytes: Buffer): Promise<number> {
    const input = { offset: String(offset), bytes: bytes.toString('base64') }
    return (await this.#about<{ size: number }>('AppendLog', job, input)).size
  }

  async finishLog(job: HeldJob, size: number): Promise<number> {
    return (await this.#about<{ size: number }>('FinishLog', job, { size: String(size) })).size
  }

  /** For a function that speaks CodePipeline's job API itself. */
  async jobApi(job: Job): Promise<JobApiAccess> {
    const credentials = await this.#insist(() => this.access(held(job)))
    const { region, accountId } = credentials
    const access = { endpoint: this.api.options.endpoint, region, accountId, credentials }
    return functionAccess(job, access, () => this.#untilReported(held(job)))
  }

  /** Ends every call that waits. */
  close(): void {
    this.#closed.abort()
    this.#watch?.abort()
    this.api.close()
  }

  async #untilReported(job: HeldJob): Promise<ReportedResult> {
    for (;;) {
      const began = this.clock.now()
      try {
        const { report } = await this.api.call<{ report?: ReportedResult }>(
          'AwaitReport',
          { workerName: this.workerName, ...job },
          this.#wait.seconds,
        )
        if (report) return report
      } catch {
        if (this.#closed.signal.aborted || !this.#held.has(job.jobId)) return new Promise(() => {})
      }
      if (this.clock.now() - began < pause) await sleep(this.clock, pause)
    }
  }

  /** A server that is away for a moment fails no job; one that refuses does. Errors: the refusal; when the worker stops. */
  #insist<T>(call: () => Promise<T>): Promise<T> {
    const { clock } = this
    const onFailure = (error: unknown) => {
      if (error instanceof ApiRefused && error.code === 'AccessDeniedException') throw error
    }
    return untilAccepted(call, { clock, signal: this.#closed.signal, onFailure })
  }

  #about<T = object>(operation: string, { jobId, fence }: HeldJob, more: object = {}): Promise<T> {
    return this.api.call<T>(operation, { workerName: this.workerName, jobId, fence, ...more })
  }

  #beat(jobs: readonly HeldJob[], seconds: number, signal?: AbortSignal): Promise<{ states: HeldJobState[] }> {
    return this.api.call('Heartbeat', { workerName: this.workerName, held: jobs }, seconds, signal)
  }

  #take(jobs: readonly Job[]): void {
    for (const job of jobs) {
      this.#held.set(job.id, job)
      this.#byAction.set(job.data.actionExecutionId, held(job))
    }
    if (jobs.length > 0) this.#watchAnew()
  }

  #forget(jobId: string): void {
    const job = this.#held.get(jobId)
    this.#held.delete(jobId)
    this.#told.delete(jobId)
    if (job && this.#byAction.get(job.data.actionExecutionId)?.jobId === jobId) {
      this.#byAction.delete(job.data.actionExecutionId)
    }
  }

  /** Waits for the end of all that is in hand now. */
  #watchAnew(): void {
    this.#watch?.abort()
    const watch = new AbortController()
    this.#watch = watch
    void this.#watchUntil(watch.signal)
  }

  async #watchUntil(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const watched = [...this.#held.values()].filter(({ id }) => !this.#told.has(id)).map(held)
      if (watched.length === 0) return
      const began = this.clock.now()
      try {
        const { seconds } = this.#wait
        const { states } = await this.#wait.during(seconds, { states: [] }, () => this.#beat(watched, seconds, signal))
        const ended = states.filter(({ cancel, gone }) => cancel || gone)
        for (const { jobId } of ended) if (this.#held.has(jobId)) this.#told.add(jobId)
        if (ended.length > 0) tell(this.#onCancel)
      } catch {
        // The worker's own heartbeats tell of a server that is away.
      }
      if (this.clock.now() - began < pause) await sleep(this.clock, pause, signal).catch(() => {})
    }
  }
}

const held = ({ id, fence }: Job): HeldJob => ({ jobId: id, fence })

function tell(listeners: ReadonlySet<() => void>): void {
  for (const listener of listeners) listener()
}
