import { systemClock } from '../../domain/clock.js'
import type { PollContext } from '../../host/source-provider.js'
import { createHttpClient } from '../../worker/http-client.js'

/**
 * What the scheduler hands to a source when it polls, and what the source said meanwhile.
 * @example
 * const poll = pollContext()
 * console.log(poll.said)
 */
export function pollContext(
  signal: PollContext['signal'] = new AbortController().signal,
): PollContext & { readonly said: readonly string[] } {
  const said: string[] = []
  const http = createHttpClient({ clock: systemClock, signal, mask: (text) => text })
  return { signal, clock: systemClock, http, said, log: (message) => void said.push(message) }
}
