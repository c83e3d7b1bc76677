import { type Clock, sleep } from '../domain/clock.js'
import type { Signal } from '../domain/signal.js'
import type { LongPoll } from '../host/worker-service.js'

/** A signal may be lost: so often a waiting call looks again by itself, milliseconds. */
const lookEvery = 5_000

/** Which signals a call waits for. */
export type Awaited = readonly Signal['kind'][] | 'all'

export interface LongPollParts {
  readonly clock: Clock
  readonly onSignal: (listener: (signal: Signal) => void) => () => void
}

/**
 * Calls `look` until it finds something, or the time is over: again whenever a signal comes that it waits for.
 * Nothing is looked for once the caller is gone: what it found could not be told.
 */
export async function longPoll<T>(
  { clock, onSignal }: LongPollParts,
  awaited: Awaited,
  { milliseconds, signal }: LongPoll,
  look: () => Promise<T>,
  found: (answer: T) => boolean,
): Promise<T> {
  const deadline = clock.now() + milliseconds
  for (;;) {
    const woken = new AbortController()
    const wake = () => woken.abort()
    const unsubscribe = onSignal(({ kind }) => (awaited === 'all' || awaited.includes(kind)) && wake())
    signal.addEventListener('abort', wake, { once: true })
    try {
      const answer = await look()
      const left = deadline - clock.now()
      if (found(answer) || left <= 0 || signal.aborted) return answer
      await sleep(clock, Math.min(left, lookEvery), woken.signal).catch(() => {})
      if (signal.aborted) return answer
    } finally {
      unsubscribe()
      signal.removeEventListener('abort', wake)
    }
  }
}
