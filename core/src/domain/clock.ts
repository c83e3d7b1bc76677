/**
 * The only source of time in Penstock: injected, so that tests move a fake one and never sleep.
 * @example
 * const clock: Clock = systemClock
 * const cancel = clock.after(1000, () => console.log('a second later'))
 */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number
  /** Calls `wake` once after `ms` milliseconds; the answer cancels it. */
  after(ms: number, wake: () => void): () => void
}

/**
 * The machine's clock. Its timers do not keep the process alive.
 * @example
 * console.log(new Date(systemClock.now()))
 */
export const systemClock: Clock = {
  now: () => Date.now(),
  after(ms, wake) {
    const timer = setTimeout(wake, ms)
    timer.unref()
    return () => clearTimeout(timer)
  },
}

/**
 * Resolves after `ms` by `clock`; rejects with the signal's reason when aborted first.
 * @example
 * await sleep(ctx.clock, 5_000, ctx.signal)
 */
export function sleep(clock: Clock, ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason)
    const onAbort = () => {
      cancel()
      reject(signal?.reason)
    }
    const cancel = clock.after(ms, () => {
      signal?.removeEventListener('abort', onAbort)
      resolve()
    })
    signal?.addEventListener('abort', onAbort, { once: true })
  })
}

/**
 * What `work` comes to, or what `late` answers (or throws) when `ms` have gone by on `clock` first. The work goes on all
 * the same, and nobody hears of its end.
 * @example
 * const answer = await within(ctx.clock, 5_000, fetch('https://example.com'), () => {
 *   throw new Error('no answer within 5 s')
 * })
 */
export async function within<T, L = never>(
  clock: Clock,
  ms: number,
  work: T | Promise<T>,
  late: () => L,
): Promise<T | L> {
  let cancel = () => {}
  const limit = new Promise<L>((resolve, reject) => {
    cancel = clock.after(ms, () => {
      try {
        resolve(late())
      } catch (error) {
        reject(error)
      }
    })
  })
  try {
    return await Promise.race([work, limit])
  } finally {
    cancel()
  }
}
