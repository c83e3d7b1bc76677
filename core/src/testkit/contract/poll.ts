import { systemClock } from '../../domain/clock.js'
import { pollExec } from '../../host/poll-exec.js'
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
  const exec: PollContext['exec'] = (command, options = {}) => pollExec(command, options, signal)
  return { signal, clock: systemClock, http, exec, said, log: (message) => void said.push(message) }
}
