/** What to do with the rest of a body that nobody will read: an early refusal must arrive, and the connection must go. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { finished } from 'node:stream/promises'
import { systemClock } from '@penstock/core'

/** How long a refused body may go on being sent. Milliseconds. */
const patience = 10_000

/** Headers for an answer that may come before its request has ended: what is left must not be taken for the next request. */
export function closingHeaders({ req: request }: ServerResponse): { Connection?: 'close' } {
  return request.complete ? {} : { Connection: 'close' }
}

/** After the answer: throws the rest away, for a while, since a client that is cut off while it sends may never see the answer. */
export async function discardRest(request: IncomingMessage): Promise<void> {
  if (request.complete) return
  const stop = systemClock.after(patience, () => request.destroy())
  request.resume()
  await finished(request).catch(() => {})
  stop()
}
