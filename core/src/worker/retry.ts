import { type Clock, sleep } from '../domain/clock.js'
import { isFault } from '../domain/faults.js'

/** How a call is repeated. */
export interface RetryParts {
  readonly clock: Clock
  /** Ends the repeating. */
  readonly signal: AbortSignal
  /** Told of each failure, before the pause. */
  onFailure(error: unknown, pause: number): void
}

const FIRST_PAUSE = 250
const LONGEST_PAUSE = 10_000

/** Calls until it succeeds: pauses double from a quarter of a second to ten. Errors: a Fault as it is; the signal's reason. */
export async function untilAccepted<T>(call: () => Promise<T>, parts: RetryParts): Promise<T> {
  for (let pause = FIRST_PAUSE; ; pause = Math.min(pause * 2, LONGEST_PAUSE)) {
    parts.signal.throwIfAborted()
    try {
      return await call()
    } catch (error) {
      if (isFault(error)) throw error
      parts.onFailure(error, pause)
    }
    await sleep(parts.clock, pause, parts.signal)
  }
}
