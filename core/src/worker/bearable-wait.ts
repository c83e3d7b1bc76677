import type { Clock } from '../domain/clock.js'
import { ApiRefused } from './penstock-api.js'

/** Seconds that the server may keep a call which finds nothing. */
const longest = 20

/** How long calls wait at the server: as long as whatever proxy stands before it bears. */
export class BearableWait {
  #seconds = longest

  constructor(private readonly clock: Clock) {}

  get seconds(): number {
    return this.#seconds
  }

  /** A proxy that gives up on a call has said how long is too long: `nothing` has come, and later calls are shorter. */
  async during<T>(seconds: number, nothing: T, call: () => Promise<T>): Promise<T> {
    const began = this.clock.now()
    try {
      return await call()
    } catch (error) {
      const passed = Math.floor((this.clock.now() - began) / 1000)
      const isProxys = error instanceof ApiRefused && [408, 504].includes(error.status)
      if (!isProxys || passed < 1 || passed > seconds) throw error
      this.#seconds = Math.max(1, Math.min(this.#seconds, Math.floor(passed * 0.8)))
      return nothing
    }
  }
}
