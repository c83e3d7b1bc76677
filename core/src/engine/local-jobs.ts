import { Fault } from '../domain/faults.js'
import type { ExecutionDetails, Job, JobFailure, JobSuccess } from '../domain/job.js'
import type { TestReportInput } from '../domain/test-report.js'
import type { Engine } from './engine.js'
import type { PipelineEvent } from './events.js'
import { reportOn } from './jobs.js'
import { endingSteps } from './lifecycle.js'
import type { HeldState, LeaseTime } from './ports.js'
import type { DeployTarget } from './views.js'

/** How long a worker of ours keeps a job without a heartbeat unless the configuration says otherwise, milliseconds. */
export const defaultLeaseMs = 90_000

/**
 * The queue for workers of our own: claimed and acknowledged in one, held by a lease and a fence. Whether a job is
 * still held is judged where it is changed, never on what was read before.
 */
export class LocalJobs {
  constructor(
    private readonly engine: Engine,
    private readonly leaseMs = defaultLeaseMs,
  ) {}

  /** Takes up to `limit` waiting jobs of these types, oldest first. */
  claim(workerId: string, typeKeys: readonly string[], limit: number): Promise<readonly Job[]> {
    const claim = { ...this.lease(), typeKeys, limit, workerId, nonce: this.engine.newId() }
    return this.engine.store.transact((unit) => unit.claimJobs(claim))
  }

  /** What this worker had in progress when it ended; its leases begin anew. */
  async recover(workerId: string): Promise<readonly Job[]> {
    const jobs = await this.engine.store.read.jobsOfWorker(workerId)
    const held = jobs.map(({ id, fence }) => ({ jobId: id, fence }))
    const states = await this.engine.store.heartbeat(workerId, held, this.lease())
    const mine = new Set(states.filter((state) => state.mine).map(({ jobId }) => jobId))
    return jobs.filter(({ id }) => mine.has(id))
  }

  /**
   * Extends the leases; `gone` is what this worker no longer has. Who is told neither `gone` nor `cancel` is not
   * declared lost.
   */
  async heartbeat(
    workerId: string,
    held: readonly { readonly jobId: string; readonly fence: number }[],
  ): Promise<{ jobId: string; cancel?: NonNullable<HeldState['cancel']>; gone?: true }[]> {
    const states = await this.engine.store.heartbeat(workerId, held, this.lease())
    return states.map(({ jobId, mine, cancel }) => ({
      jobId,
      ...(cancel ? { cancel } : {}),
      ...(mine ? {} : { gone: true as const }),
    }))
  }

  /** How far a job is (J8). One that is no longer held is passed over: its next heartbeat says so. */
  async progress(jobId: string, fence: number, details: ExecutionDetails): Promise<void> {
    const known = await this.engine.store.read.job(jobId)
    if (known && isHeld(known, fence)) {
      await reportOn(this.engine, known, (job) =>
        isHeld(job, fence) && !job.cancelRequested ? { type: 'JobProgressed', job, details } : undefined,
      )
    }
  }

  /** What a deploy action is doing to each of its targets. A job that is no longer held is passed over. */
  targets(jobId: string, fence: number, targets: readonly DeployTarget[]): Promise<void> {
    return this.engine.store.transact(async (unit) => {
      const job = await unit.findJob(jobId)
      if (job && isHeld(job, fence)) await unit.putDeployTargets(job.data.actionExecutionId, targets)
    })
  }

  /** What tests said of the job's build. A job that is no longer held is passed over. */
  testReport(jobId: string, fence: number, report: TestReportInput): Promise<void> {
    return this.engine.store.transact(async (unit) => {
      const job = await unit.findJob(jobId)
      if (!job || !isHeld(job, fence)) return
      const { actionExecutionId, pipelineName, pipelineExecutionId, stageName, actionName } = job.data
      const created = await unit.now(this.engine.clock.now())
      await unit.putTestReport(report, {
        actionExecutionId,
        pipelineName,
        pipelineExecutionId,
        stageName,
        actionName,
        created,
      })
    })
  }

  /** Keeps the job's place for whoever goes on with it. Errors: InvalidJobStateException. */
  async checkpoint(jobId: string, fence: number, token: string | undefined): Promise<void> {
    const kept = await this.engine.store.transact((unit) =>
      unit.stepJob(jobId, 'keep', { fence }, { continuationToken: token }),
    )
    if (!kept) throw new Fault('InvalidJobStateException', `The job ${jobId} is no longer held with fence ${fence}`)
  }

  /** Once more with the same fence is the same as once. Errors: as PutJobSuccessResult. */
  succeed(jobId: string, fence: number, success: JobSuccess): Promise<void> {
    return this.conclude(jobId, fence, (job) => ({ type: 'JobSucceeded', job, success }))
  }

  /** Once more with the same fence is the same as once. Errors: as PutJobFailureResult. */
  fail(jobId: string, fence: number, failure: JobFailure): Promise<void> {
    return this.conclude(jobId, fence, (job) => ({ type: 'JobFailed', job, failure }))
  }

  /** Calls back when there may be work. */
  onWork(listener: () => void): () => void {
    return this.engine.store.onSignal(({ kind }) => kind === 'jobs' && listener())
  }

  /** Calls back when a held job may have been cancelled. */
  onCancel(listener: () => void): () => void {
    return this.engine.store.onSignal(({ kind }) => kind === 'cancels' && listener())
  }

  private async conclude(jobId: string, fence: number, event: (job: Job) => PipelineEvent): Promise<void> {
    const known = await this.engine.store.read.job(jobId)
    if (!known)
      throw new Fault('JobNotFoundException', `The job '${jobId}' was not found: its pipeline may have been deleted`)
    await reportOn(this.engine, known, async (job, unit) => {
      if (job.fence !== fence)
        throw new Fault('InvalidJobStateException', `The job ${jobId} was handed to another worker meanwhile`)
      if (!isHeld(job, fence)) return undefined // told before, and the answer was lost
      if (!job.cancelRequested) return event(job)
      // The engine had ended the action; with its worker's last word the job ends too, whatever that word was.
      const ended = { ended: this.engine.clock.now(), leaseUntil: undefined }
      await unit.stepJob(jobId, endingSteps[job.cancelRequested], { fence, cancelRequested: true }, ended)
      return undefined
    })
  }

  private lease(): LeaseTime {
    return { now: this.engine.clock.now(), leaseMs: this.leaseMs }
  }
}

function isHeld(job: Job, fence: number): boolean {
  return job.status === 'InProgress' && job.fence === fence
}
