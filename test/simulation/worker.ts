import { isFault } from '../../core/src/domain/faults.js'
import type { Job } from '../../core/src/domain/job.js'
import { isTakenBack } from './invariants.js'
import type { Simulation, WorkerJobs } from './simulation.js'

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
  private isBack = false

  constructor(
    private readonly simulation: Simulation,
    readonly id: string,
    private readonly jobs: () => WorkerJobs | undefined,
  ) {}

  get isUp(): boolean {
    return this.alive
  }

  /** One look at the queue, the clock and the server. */
  async turn(): Promise<void> {
    const jobs = this.jobs()
    if (!this.alive || !jobs) return
    await this.simulation.survive(async () => {
      // Back from a long silence it may have a result before it asks whether anybody still wants it.
      if (this.isBack && this.simulation.random.chance(0.5)) await this.finishWhatIsDone(jobs)
      this.isBack = false
      await this.heartbeat(jobs)
      await this.finishWhatIsDone(jobs)
      if (this.held.size < 4) await this.claim(jobs)
    })
  }

  /** The process is gone, and with it all that it had in mind; its name stays. */
  die(): void {
    this.alive = false
    this.held.clear()
    this.simulation.ledger.silent(this.id)
  }

  /** The process stands still, and knows nothing of it when it goes on. */
  hang(): void {
    this.alive = false
    this.simulation.ledger.silent(this.id)
  }

  goOn(): void {
    this.alive = true
    this.isBack = true
  }

  /** Comes back and asks what it had: each job goes on where it was (the step outlived the worker). */
  async revive(): Promise<void> {
    const jobs = this.jobs()
    this.alive = true
    if (!jobs) return
    await this.simulation.survive(async () => {
      for (const job of await jobs.recover(this.id)) this.take(job)
    })
  }

  private async claim(jobs: WorkerJobs): Promise<void> {
    const found = await jobs.claim(this.id, this.simulation.typeKeys, this.simulation.random.int(1, 3))
    if (this.simulation.loses()) return // the answer never came: the lease will tell, or recover will
    for (const job of found) this.take(job)
  }

  private take(job: Job): void {
    const { simulation } = this
    const { random, agenda } = simulation
    this.simulation.ledger.began(job, this.id)
    const endsAt =
      agenda.now() + (random.chance(simulation.habits.longJobs) ? random.int(5, 20) * 60_000 : random.int(100, 60_000))
    this.held.set(job.id, { job, endsAt, cancelled: false })
  }

  private async heartbeat(jobs: WorkerJobs): Promise<void> {
    if (this.held.size === 0 || this.simulation.loses()) return
    const states = await jobs.heartbeat(
      this.id,
      [...this.held.values()].map(({ job }) => ({ jobId: job.id, fence: job.fence })),
    )
    for (const { jobId, cancel, gone } of states) {
      const held = this.held.get(jobId)
      if (!held) continue
      if (gone) {
        this.simulation.ledger.gone(held.job, this.id, await isTakenBack(this.simulation.database, held.job))
        this.drop(held)
      } else {
        this.simulation.ledger.kept(held.job, this.id)
        if (cancel) held.cancelled = true
      }
    }
  }

  private async finishWhatIsDone(jobs: WorkerJobs): Promise<void> {
    for (const held of [...this.held.values()]) {
      if (!held.cancelled && held.endsAt > this.simulation.agenda.now()) continue
      const times = this.simulation.repeats() ? 2 : 1
      for (let time = 0; time < times; time++)
        if (await this.report(jobs, held)) this.simulation.ledger.accepted(held.job, this.id)
      if (this.simulation.loses()) continue // sent, but the answer was lost: it is sent again at the next turn
      this.drop(held)
    }
  }

  private drop({ job }: Held): void {
    this.held.delete(job.id)
    this.simulation.ledger.ended(job, this.id)
  }

  /** Whether it was taken. The engine's no is the last word; anything else is tried again. */
  private async report(jobs: WorkerJobs, { job, cancelled }: Held): Promise<boolean> {
    const { random } = this.simulation
    // Decided by the job's own id, so that the same report sent twice says the same.
    const outcome = hash(job.id) % 100
    try {
      if (cancelled) await jobs.fail(job.id, job.fence, { type: 'JobFailed', message: 'cancelled' })
      else if (outcome < 15) await jobs.fail(job.id, job.fence, { type: 'JobFailed', message: 'it broke' })
      else if (outcome < 20 && job.continuationToken === undefined)
        await jobs.succeed(job.id, job.fence, { continuationToken: 'more', continueAfter: random.int(0, 5000) })
      else await jobs.succeed(job.id, job.fence, { outputVariables: { Of: job.id } })
      return true
    } catch (error) {
      if (!isFault(error)) throw error
      return false
    }
  }
}

function hash(text: string): number {
  let value = 7
  for (const character of text) value = (Math.imul(value, 31) + character.charCodeAt(0)) >>> 0
  return value
}
