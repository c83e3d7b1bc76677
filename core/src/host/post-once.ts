import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { outboundLookup, refuseOutbound } from './guarded-lookup.js'

/** One request: milliseconds. */
const patience = 20_000
/** Of an answer: bytes. */
const mostRead = 64 * 1024

/**
 * A request with a body.
 * @example
 * const post: Post = { url: 'https://chat.example.com/hook', headers: {}, body: '{"text":"hello"}' }
 */
export interface Post {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  /** JSON. */
  readonly body: string
  /** Certificates to trust in place of the usual ones, PEM. */
  readonly ca?: string
}

/**
 * What came back.
 * @example
 * const isTaken = ({ status }: PostAnswer) => status >= 200 && status < 300
 */
export interface PostAnswer {
  readonly status: number
  /** The beginning of the body: 64 KiB. */
  readonly text: string
  /** Retry-After, milliseconds; an hour at most. */
  readonly retryAfterMs?: number
}

/**
 * Posts JSON once, and follows no redirect. Link-local addresses are refused.
 * Errors: what went wrong, with the host and without the rest of the address, which may be a secret.
 * @example
 * const { status } = await postOnce({ url: 'https://chat.example.com/hook', headers: {}, body: '{}' })
 */
export async function postOnce({ url, headers, body, ca }: Post): Promise<PostAnswer> {
  const address = new URL(url)
  refuseOutbound(address.hostname)
  const send = address.protocol === 'https:' ? httpsRequest : httpRequest
  const signal = AbortSignal.timeout(patience)
  return new Promise((resolve, reject) => {
    const sent = send(address, {
      method: 'POST',
      headers: {
        'content-type': 'application/json; charset=utf-8',
        'user-agent': 'Penstock',
        ...headers,
        'content-length': Buffer.byteLength(body),
      },
      lookup: outboundLookup,
      signal,
      ...(ca === undefined ? {} : { ca }),
    })
    sent.on('error', (error: Error & { readonly code?: string }) => {
      const why = signal.aborted ? `no answer within ${patience / 1_000} s` : error.message || error.code
      reject(new Error(`${address.host} could not be reached: ${why}`))
    })
    sent.on('response', (response) => {
      const { statusCode: status = 0, headers: answered } = response
      const pieces: Buffer[] = []
      let read = 0
      // The status has arrived, and is what counts.
      const done = () =>
        resolve({
          status,
          text: Buffer.concat(pieces).subarray(0, mostRead).toString('utf8'),
          ...waitOf(answered['retry-after']),
        })
      response.on('error', done)
      response.on('data', (piece: Buffer) => {
        pieces.push(piece)
        read += piece.length
        if (read > mostRead) response.destroy()
      })
      response.on('close', done)
    })
    sent.end(body)
  })
}

/** Seconds, or a date. */
function waitOf(header: string | undefined): Pick<PostAnswer, 'retryAfterMs'> {
  if (header === undefined) return {}
  const wait = /^\d+$/.test(header) ? Number(header) * 1_000 : Date.parse(header) - Date.now()
  return Number.isFinite(wait) && wait > 0 ? { retryAfterMs: Math.min(wait, 60 * 60_000) } : {}
}
