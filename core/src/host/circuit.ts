import type { Clock } from '../domain/clock.js'

/** How many errors within `window` open a circuit, and for how long; milliseconds. */
export const circuitLimits = { errors: 5, window: 60_000, pause: 60_000 } as const

/** Leaves code alone for a minute once it failed five times within one; then it gets another chance. */
export class Circuit {
  private failures: number[] = []
  private openUntil = 0

  constructor(private readonly clock: Clock) {}

  /** True while the code is not to be called. */
  get open(): boolean {
    return this.clock.now() < this.openUntil
  }

  /** Counts an error; true when this one opened the circuit. */
  failed(): boolean {
    const now = this.clock.now()
    this.failures = [...this.failures.filter((at) => at > now - circuitLimits.window), now]
    if (this.failures.length < circuitLimits.errors) return false
    this.failures = []
    this.openUntil = now + circuitLimits.pause
    return true
  }
}
