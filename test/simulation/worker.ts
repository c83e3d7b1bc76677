import { isFault } from '../../core/src/domain/faults.js'
import type { Job } from '../../core/src/domain/job.js'
import type { LocalJobs } from '../../core/src/engine/local-jobs.js'
import type { Simulation } from './simulation.js'

interface Held {
  readonly job: Job
  readonly endsAt: number
  cancelled: boolean
}

/**
 * A worker as it could be anywhere: it claims, works for a while, heartbeats, and reports; its messages are late, come
 * twice, or are lost and sent again; it may die and come back knowing nothing but its own name.
 */
export class SimulatedWorker {
  private held = new Map<string, Held>()
  private alive = true

  constructor(
    private readonly simulation: Simulation,
    readonly id: string,
    private readonly jobs: () => LocalJobs | undefined,
  ) {}

  /** One look at the queue, the clock and the server. */
  async turn(): Promise<void> {
    const jobs = this.jobs()
    if (!this.alive || !jobs) return
    await this.simulation.survive(async () => {
      await this.heartbeat(jobs)
      await this.finishWhatIsDone(jobs)
      if (this.held.size < 4) await this.claim(jobs)
    })
  }

  /** The process is gone, and with it all that it had in mind; its name stays. */
  die(): void {
    this.alive = false
    this.held.clear()
  }

  /** Comes back and asks what it had: each job goes on where it was (the step outlived the worker). */
  async revive(): Promise<void> {
    const jobs = this.jobs()
    if (!jobs) return
    this.alive = true
    await this.simulation.survive(async () => {
      for (const job of await jobs.recover(this.id)) this.take(job)
    })
  }

  private async claim(jobs: LocalJobs): Promise<void> {
    const found = await jobs.claim(this.id, this.simulation.typeKeys, this.simulation.random.int(1, 3))
    if (this.simulation.loses()) return // the answer never came: the lease will tell, or recover will
    for (const job of found) this.take(job)
  }

  private take(job: Job): void {
    const { random, agenda } = this.simulation
    this.simulation.ledger.began(job, this.id)
    const endsAt = agenda.now() + (random.chance(0.02) ? random.int(5, 20) * 60_000 : random.int(100, 60_000))
    this.held.set(job.id, { job, endsAt, cancelled: false })
  }

  private async heartbeat(jobs: LocalJobs): Promise<void> {
    if (this.held.size === 0 || this.simulation.loses()) return
    const states = await jobs.heartbeat(
      this.id,
      [...this.held.values()].map(({ job }) => ({ jobId: job.id, fence: job.fence })),
    )
    for (const { jobId, cancel, gone } of states) {
      const held = this.held.get(jobId)
      if (!held) continue
      if (gone) this.drop(held)
      else if (cancel) held.cancelled = true
    }
  }

  private async finishWhatIsDone(jobs: LocalJobs): Promise<void> {
    for (const held of [...this.held.values()]) {
      if (!held.cancelled && held.endsAt > this.simulation.agenda.now()) continue
      const times = this.simulation.repeats() ? 2 : 1
      for (let time = 0; time < times; time++) await this.report(jobs, held)
      if (this.simulation.loses()) continue // sent, but the answer was lost: it is sent again at the next turn
      this.drop(held)
    }
  }

  private drop({ job }: Held): void {
    this.held.delete(job.id)
    this.simulation.ledger.ended(job)
  }

  /** The engine's no is the last word; anything else is tried again. */
  private async report(jobs: LocalJobs, { job, cancelled }: Held): Promise<void> {
    const { random } = this.simulation
    // Decided by the job's own id, so that the same report sent twice says the same.
    const outcome = hash(job.id) % 100
    try {
      if (cancelled) await jobs.fail(job.id, job.fence, { type: 'JobFailed', message: 'cancelled' })
      else if (outcome < 15) await jobs.fail(job.id, job.fence, { type: 'JobFailed', message: 'it broke' })
      else if (outcome < 20 && job.continuationToken === undefined)
        await jobs.succeed(job.id, job.fence, { continuationToken: 'more', continueAfter: random.int(0, 5000) })
      else await jobs.succeed(job.id, job.fence, { outputVariables: { Of: job.id } })
    } catch (error) {
      if (!isFault(error)) throw error
    }
  }
}

function hash(text: string): number {
  let value = 7
  for (const character of text) value = (Math.imul(value, 31) + character.charCodeAt(0)) >>> 0
  return value
}
