import type { Job } from '../../core/src/domain/job.js'

interface Run {
  readonly job: Job
  readonly workerId: string
}

/** What the workers know they did, apart from what the engine believes. */
export class Ledger {
  private readonly running = new Map<string, Run>()
  /** What a worker that lived was told to be its own no more, by action execution. */
  private readonly taken = new Map<string, Run>()
  private readonly fences = new Map<string, number>()
  private readonly found = new Set<string>()
  readonly violations: string[] = []
  private readonly jobs = new Map<string, Set<string>>()

  /** A worker works on a job, or goes on with it after a restart. */
  began(job: Job, workerId: string): void {
    const before = this.running.get(job.id)
    if (before && before.workerId !== workerId)
      this.violations.push(`job ${job.id} was handed to ${workerId} while ${before.workerId} lived and had it`)
    this.fences.set(job.id, Math.max(job.fence, this.fences.get(job.id) ?? 0))
    const runs = this.jobs.get(job.id) ?? new Set()
    runs.add(`${workerId} ${job.fence}`)
    this.jobs.set(job.id, runs)
    if (runs.size > 1 && job.data.actionTypeId.category === 'Build') {
      this.violations.push(
        `the build ${job.data.actionName} (job ${job.id}) was begun more than once: ${[...runs].join(', ')}`,
      )
    }
    this.running.set(job.id, { job, workerId })
  }

  /** A heartbeat told the worker to go on. */
  kept(job: Job, workerId: string): void {
    this.running.set(job.id, { job, workerId })
  }

  ended(job: Job, workerId: string): void {
    if (this.running.get(job.id)?.workerId === workerId) this.running.delete(job.id)
  }

  /** A heartbeat told the worker that the job is its own no more; `isTakenBack`: it is to be done again, by anybody. */
  gone(job: Job, workerId: string, isTakenBack: boolean): void {
    const run = this.running.get(job.id)
    if (run?.workerId !== workerId) return // it was silent, and another has it by now
    if (isTakenBack) this.violations.push(`job ${job.id} was taken from ${run.workerId}, which lives`)
    this.taken.set(job.data.actionExecutionId, run)
    this.running.delete(job.id)
  }

  /** The worker cannot be heard, through nobody's fault but its own: its jobs may be given to others. */
  silent(workerId: string): void {
    for (const [id, run] of this.running) if (run.workerId === workerId) this.running.delete(id)
  }

  /** A result counted: it may be sent again, and the job may be another's by then. */
  accepted({ id, fence }: Job, workerId: string): void {
    if (this.running.get(id)?.workerId === workerId) this.running.delete(id)
    const newest = this.fences.get(id) ?? 0
    if (fence < newest)
      this.violations.push(`${workerId}'s result of job ${id} counts with fence ${fence} of ${newest}`)
  }

  /** The engine has declared the workers of these action executions lost. */
  lost(actionExecutionIds: readonly string[]): void {
    for (const id of actionExecutionIds) {
      if (this.found.has(id)) continue
      this.found.add(id)
      const runs = [...this.running.values(), ...this.taken.values()]
      const run = runs.find(({ job }) => job.data.actionExecutionId === id)
      if (run) this.violations.push(`${run.workerId} was declared lost with ${id}, and lives`)
    }
  }
}
