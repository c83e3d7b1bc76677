import type { Clock } from '../../domain/clock.js'

/** Milliseconds before each restart; a process that ends once more after the last one stays down. */
export const restartPauses = [1_000, 2_000, 4_000, 8_000, 16_000] as const

/** A process that lived so long is well again: its earlier ends are forgotten. Milliseconds. */
export const recovered = 10 * 60_000

/** Counts how often a plugin's process ended, and says how long to wait before the next one. */
export class Restarts {
  #count = 0
  #last = Number.NEGATIVE_INFINITY

  constructor(private readonly clock: Clock) {}

  /** The pause before the next start; `undefined` when there is to be none any more. */
  next(): number | undefined {
    const now = this.clock.now()
    if (now - this.#last > recovered) this.#count = 0
    this.#last = now
    return restartPauses[this.#count++]
  }

  get count(): number {
    return this.#count
  }
}
