import { type Clock, within } from '../domain/clock.js'
import type { Job } from '../domain/job.js'
import { JobFailed } from '../host/job-failed.js'
import type { JobReport, JobRun } from './run-job.js'
import { untilAborted } from './until-aborted.js'

/** Why a job that we hold is to end: what the queue says, or that it is ours no more. */
export type CancelReason = NonNullable<Job['cancelRequested']> | 'gone'

const words: Record<CancelReason, string> = {
  stop: 'the execution was stopped',
  abandon: 'the execution was stopped and this action abandoned',
  timeout: 'the action took longer than its time limit',
  gone: 'the job was given to another worker, or has ended',
}

/** A job in this worker's hands, from claim to delivered result. */
export class HeldRun {
  readonly #abort = new AbortController()
  #cancelled: CancelReason | undefined
  #run: JobRun | undefined
  #detached = false

  constructor(
    readonly job: Job,
    readonly clock: Clock,
    /** Milliseconds that a provider has for ending after an abort. */
    readonly patience: number,
  ) {
    if (job.cancelRequested) this.cancel(job.cancelRequested)
  }

  get signal(): AbortSignal {
    return this.#abort.signal
  }

  /** True when nobody wants this job's result from us. */
  get gone(): boolean {
    return this.#cancelled === 'gone'
  }

  cancel(reason: CancelReason): void {
    if (reason === 'gone') this.#cancelled = reason
    if (this.#abort.signal.aborted) return
    this.#cancelled = reason
    this.#abort.abort(new JobFailed(words[reason]))
  }

  /** Lets go of the job: `finish` never resolves then. */
  detach(): void {
    this.#detached = true
    this.#run?.detach()
  }

  /** Runs, and gives up on a provider that does not end when told to. */
  async finish(run: JobRun): Promise<JobReport> {
    if (this.#detached) return new Promise<never>(() => {})
    this.#run = run
    const running = run.run()
    const ending = untilAborted(this.signal).then(() =>
      within(this.clock, this.patience, running, () => this.#giveUp(run)),
    )
    return Promise.race([running, ending])
  }

  #giveUp(run: JobRun): JobReport {
    run.abandon()
    const message = `${words[this.#cancelled ?? 'stop']}, and the provider did not end within ${this.patience / 1000} s`
    return { outcome: 'failed', failure: { type: 'JobFailed', message } }
  }
}
