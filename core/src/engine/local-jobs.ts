import { Fault } from '../domain/faults.js'
import type { ExecutionDetails, Job, JobFailure, JobSuccess } from '../domain/job.js'
import type { Engine } from './engine.js'
import type { PipelineEvent } from './events.js'
import { announced, reportIn } from './jobs.js'
import type { DeployTarget } from './views.js'

/** How long a worker of ours keeps a job without a heartbeat unless the configuration says otherwise, milliseconds. */
export const defaultLease = 90_000

/** More jobs than all workers of one installation have in hand. */
const pardoned = 10_000

/** The queue for workers of our own: claimed and acknowledged in one, held by a lease and a fence. */
export class LocalJobs {
  constructor(
    private readonly engine: Engine,
    private readonly lease = defaultLease,
  ) {}

  /** Takes up to `limit` waiting jobs of these types, oldest first. */
  claim(workerId: string, typeKeys: readonly string[], limit: number): Promise<readonly Job[]> {
    const { engine } = this
    const now = engine.clock.now()
    const claim = { typeKeys, limit, now, leaseUntil: now + this.lease, workerId, newNonce: engine.newId }
    return engine.store.transact((unit) => unit.claimJobs(claim))
  }

  /** What this worker had in progress when it ended; its leases begin anew. */
  async recover(workerId: string): Promise<readonly Job[]> {
    const jobs = await this.engine.store.read.jobsOfWorker(workerId)
    const held = jobs.map(({ id, fence }) => ({ jobId: id, fence }))
    await this.engine.store.heartbeat(workerId, held, this.engine.clock.now() + this.lease)
    return jobs
  }

  /** Extends the leases; `gone` is what this worker no longer has. */
  async heartbeat(
    workerId: string,
    held: readonly { readonly jobId: string; readonly fence: number }[],
  ): Promise<{ jobId: string; cancel?: NonNullable<Job['cancelRequested']>; gone?: true }[]> {
    const states = await this.engine.store.heartbeat(workerId, held, this.engine.clock.now() + this.lease)
    return states.map(({ jobId, mine, cancel }) => ({
      jobId,
      ...(cancel ? { cancel } : {}),
      ...(mine ? {} : { gone: true as const }),
    }))
  }

  /** A server that was away could not hear its workers: leases that ended meanwhile begin anew, once. */
  async pardon(): Promise<void> {
    const { clock, store } = this.engine
    const expired = await store.read.expiredLeases(clock.now(), pardoned)
    const byWorker = new Map<string, { jobId: string; fence: number }[]>()
    for (const { id, fence, status, workerId } of expired) {
      if (status !== 'InProgress' || workerId === undefined) continue
      byWorker.set(workerId, [...(byWorker.get(workerId) ?? []), { jobId: id, fence }])
    }
    for (const [workerId, held] of byWorker) await store.heartbeat(workerId, held, clock.now() + this.lease)
  }

  /** J8. A job that is no longer held is passed over: its next heartbeat says so. */
  async progress(jobId: string, fence: number, details: ExecutionDetails): Promise<void> {
    const job = await this.held(jobId, fence)
    if (!job || job.cancelRequested) return
    await announced(this.engine, (unit) =>
      reportIn(this.engine, unit, job, (now) => ({ type: 'JobProgressed', job: now, details })),
    )
  }

  /** What a deploy action is doing to each of its targets. */
  async targets(jobId: string, fence: number, targets: readonly DeployTarget[]): Promise<void> {
    const job = await this.held(jobId, fence)
    if (job) await this.engine.store.putDeployTargets(job.data.actionExecutionId, targets)
  }

  /** Keeps the job's place for whoever goes on with it. */
  async checkpoint(jobId: string, fence: number, token: string | undefined): Promise<void> {
    const kept = await this.engine.store.transact((unit) => unit.updateJob(jobId, fence, { continuationToken: token }))
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
    return this.engine.store.onSignal((topic) => topic === 'jobs' && listener())
  }

  /** Calls back when a held job may have been cancelled. */
  onCancel(listener: () => void): () => void {
    return this.engine.store.onSignal((topic) => topic === 'cancels' && listener())
  }

  private async held(jobId: string, fence: number): Promise<Job | undefined> {
    const job = await this.engine.store.read.job(jobId)
    return job?.status === 'InProgress' && job.fence === fence ? job : undefined
  }

  private async conclude(jobId: string, fence: number, event: (job: Job) => PipelineEvent): Promise<void> {
    const job = await this.engine.store.read.job(jobId)
    if (!job)
      throw new Fault('JobNotFoundException', `The job '${jobId}' was not found: its pipeline may have been deleted`)
    if (job.fence !== fence)
      throw new Fault('InvalidJobStateException', `The job ${jobId} was handed to another worker meanwhile`)
    if (job.status !== 'InProgress') return // told before, and the answer was lost
    if (job.cancelRequested) return this.bury(job)
    await announced(this.engine, (unit) => reportIn(this.engine, unit, job, event))
  }

  /** The engine had ended the action; with its worker's last word the job ends too, whatever that word was. */
  private async bury(job: Job): Promise<void> {
    const status = job.cancelRequested === 'timeout' ? 'TimedOut' : 'Failed'
    const patch = { status, ended: this.engine.clock.now(), leaseUntil: undefined } as const
    await this.engine.store.transact((unit) => unit.updateJob(job.id, job.fence, patch))
  }
}
