/** One thing for everything periodic: is it due? claim it, run it under a limit, stamp it. */
import { type Clock, within } from '../domain/clock.js'
import type { TaskClaims } from '../domain/task-claims.js'
import type { Logger } from '../host/plugin.js'

export interface PeriodicTask {
  readonly name: string
  /** The next time after `after`, epoch milliseconds. Times that were missed are not made up for. */
  next(after: number): number
  /** Milliseconds that one run may take before its signal is aborted. */
  readonly limit: number
  /** Every server runs it, unclaimed: for what is safe to do twice. */
  readonly local?: boolean
  run(signal: AbortSignal): Promise<void>
}

interface Known {
  readonly task: PeriodicTask
  due: number
  running: Promise<void> | undefined
}

export class Coordinator {
  private readonly tasks: Known[] = []
  private readonly stopping = new AbortController()
  private last = Number.NEGATIVE_INFINITY

  constructor(private readonly parts: { readonly clock: Clock; readonly claims: TaskClaims; readonly log: Logger }) {}

  /** Adds a task; it is first due at its next time from now. */
  every(task: PeriodicTask): void {
    this.tasks.push({ task, due: task.next(this.parts.clock.now()), running: undefined })
  }

  /** Starts what is due and not running yet; resolves once all that it started has ended. Never rejects. */
  async tick(): Promise<void> {
    const now = this.parts.clock.now()
    // The clock was put back: what was planned by it would be waited for until it is there again.
    if (now < this.last) for (const known of this.tasks) known.due = Math.min(known.due, known.task.next(now))
    this.last = now
    const due = this.tasks.filter((known) => known.due <= now && !known.running && !this.stopping.signal.aborted)
    await Promise.all(
      due.map((known) => {
        known.due = known.task.next(now)
        known.running = this.runOnce(known.task, now).finally(() => {
          known.running = undefined
        })
        return known.running
      }),
    )
  }

  /** Starts nothing more, aborts what runs and waits for it, at most `grace` milliseconds. */
  async stop(grace = 5_000): Promise<void> {
    this.stopping.abort(new Error('the server stops'))
    const running = Promise.all(this.tasks.map((known) => known.running))
    await within(this.parts.clock, grace, running, () => undefined)
  }

  private async runOnce(task: PeriodicTask, now: number): Promise<void> {
    const { claims, clock, log } = this.parts
    const limit = new AbortController()
    const cancel = clock.after(task.limit, () =>
      limit.abort(new Error(`${task.name} took longer than ${task.limit / 1000} s`)),
    )
    const { name } = task
    const next = task.next(now)
    let claimed = false
    try {
      claimed =
        !task.local &&
        (await claims.claim({ name, now, next, latest: Math.max(task.next(next), next), until: now + task.limit }))
      if (claimed || task.local) await task.run(AbortSignal.any([limit.signal, this.stopping.signal]))
    } catch (error) {
      if (!this.stopping.signal.aborted) log.error('periodic task failed', { task: task.name, err: error })
    } finally {
      cancel()
      if (claimed)
        await claims
          .release(task.name)
          .catch((error) => log.error('periodic task not released', { task: task.name, err: error }))
    }
  }
}

/** A plain rhythm: every so many milliseconds, at the multiples, so that several servers agree. */
export function everyMs(ms: number): (after: number) => number {
  return (after) => (Math.floor(after / ms) + 1) * ms
}
