import type { Job } from '../../core/src/domain/job.js'

/** What the workers know they did, apart from what the engine believes. */
export class Ledger {
  private readonly running = new Map<string, { readonly job: Job; readonly workerId: string }>()
  readonly violations: string[] = []
  private readonly jobs = new Map<string, Set<string>>()

  /** A worker works on a job, or goes on with it after a restart. */
  began(job: Job, workerId: string): void {
    const before = this.running.get(job.id)
    const sameWorker = before?.workerId === workerId
    if (before && !sameWorker && before.job.fence >= job.fence) {
      this.violations.push(
        `job ${job.id} was handed to ${workerId} while ${before.workerId} had it with fence ${before.job.fence}`,
      )
    }
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

  ended(job: Job): void {
    this.running.delete(job.id)
  }
}
