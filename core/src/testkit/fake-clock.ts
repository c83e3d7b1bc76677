import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Clock } from '../domain/clock.js'

interface Timer {
  readonly due: number
  readonly order: number
  readonly wake: () => void
}

/**
 * A clock that stands still until a test moves it.
 * @example
 * const clock = new FakeClock(0)
 * const slept = sleep(clock, 60_000)
 * await clock.advance(60_000)
 * await slept
 */
export class FakeClock implements Clock {
  #now: number
  #order = 0
  readonly #timers = new Set<Timer>()

  constructor(now = Date.UTC(2026, 0, 1)) {
    this.#now = now
  }

  now(): number {
    return this.#now
  }

  after(ms: number, wake: () => void): () => void {
    const timer = { due: this.#now + Math.max(0, ms), order: this.#order++, wake }
    this.#timers.add(timer)
    return () => this.#timers.delete(timer)
  }

  /** How many timers wait. */
  get pending(): number {
    return this.#timers.size
  }

  /** Moves time forward, waking what is due in its order; what a waker sets going gets its turn before the next one. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms
    await settle()
    for (let next = this.#next(end); next; next = this.#next(end)) {
      this.#timers.delete(next)
      this.#now = Math.max(this.#now, next.due)
      next.wake()
      await settle()
    }
    this.#now = end
    await settle()
  }

  #next(end: number): Timer | undefined {
    let first: Timer | undefined
    for (const timer of this.#timers) {
      if (timer.due > end) continue
      if (first === undefined || timer.due < first.due || (timer.due === first.due && timer.order < first.order)) {
        first = timer
      }
    }
    return first
  }
}

/** A few turns of the event loop: enough for what needs no I/O. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await nextTurn()
}
