import type { Clock } from '../domain/clock.js'

/** Milliseconds that the n-th failure in a row costs: nothing for the first two, then 1, 2, 4 ... 30 seconds. */
export function delayAfter(failures: number): number {
  return failures < 3 ? 0 : Math.min(30_000, 1000 * 2 ** (failures - 3))
}

const forgottenAfter = 15 * 60_000
const remembered = 10_000

/** Slows down guessing: by user and by address, each on its own, so that neither many names nor many addresses help. */
export class SignInDelay {
  private readonly failures = new Map<string, { count: number; last: number }>()

  constructor(private readonly clock: Clock) {}

  /** Milliseconds to wait before the next try is looked at. */
  wait(keys: readonly string[]): number {
    const now = this.clock.now()
    return Math.max(0, ...keys.map((key) => this.until(key) - now))
  }

  failed(keys: readonly string[]): void {
    const now = this.clock.now()
    for (const key of keys) {
      const before = this.failures.get(key)
      const count = before && now - before.last < forgottenAfter ? before.count + 1 : 1
      this.failures.delete(key)
      this.failures.set(key, { count, last: now })
    }
    for (const key of this.failures.keys()) {
      if (this.failures.size <= remembered) break
      this.failures.delete(key) // the oldest: bounds the memory that a flood of names takes
    }
  }

  succeeded(keys: readonly string[]): void {
    for (const key of keys) this.failures.delete(key)
  }

  private until(key: string): number {
    const known = this.failures.get(key)
    return known ? known.last + delayAfter(known.count) : 0
  }
}
