/** Limits for who has not said yet who they are: a request that does not end, and too many of them. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Clock } from '../domain/clock.js'

/**
 * Bytes, milliseconds and requests that a stranger gets.
 * @example
 * const tooLong = Buffer.alloc(65_537).length > strangerLimits.bodyBytes
 */
export const strangerLimits = { bodyBytes: 64 * 1024, bodyMs: 30_000, unfinished: 1_000 } as const

const lifted = new WeakMap<IncomingMessage, () => void>()

/**
 * Lifts the limits of a request whose sender is known: by a session, or by a signature.
 * @example
 * const onSignedIn = (request: Parameters<typeof senderKnown>[0]) => senderKnown(request)
 */
export function senderKnown(request: IncomingMessage): void {
  lifted.get(request)?.()
}

/** Watches requests with bodies until these have arrived, or their senders are known. */
export class Strangers {
  private unfinished = 0

  constructor(
    private readonly clock: Clock,
    private readonly limit: number = strangerLimits.unfinished,
  ) {}

  /** Answers false when there are too many already; the request must be refused then. */
  watch(request: IncomingMessage, response: ServerResponse): boolean {
    const { headers } = request
    if (headers['transfer-encoding'] === undefined && Number(headers['content-length'] ?? 0) === 0) return true
    if (this.unfinished >= this.limit) return false
    this.unfinished++
    const cancel = this.clock.after(strangerLimits.bodyMs, () => late(request, response))
    let over = false
    const end = () => {
      if (over) return
      over = true
      this.unfinished--
      cancel()
    }
    lifted.set(request, end)
    request.once('end', end)
    request.once('close', end)
    response.once('close', end)
    return true
  }
}

function late(request: IncomingMessage, response: ServerResponse): void {
  if (response.headersSent) return void request.destroy()
  response.writeHead(408, { 'content-type': 'application/json', connection: 'close' })
  response.end(JSON.stringify({ error: `the request was not complete within ${strangerLimits.bodyMs / 1000} s` }))
  response.once('finish', () => request.destroy())
}
