import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { guardedLookup, refuseForbiddenHost } from '@penstock/core'

/** One request: milliseconds. */
const patience = 20_000
/** Of an answer, which nobody needs: bytes. */
const mostRead = 64 * 1024

export interface Post {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly ca?: string
}

export interface Answer {
  readonly status: number
  /** As the receiver says it, milliseconds. */
  readonly retryAfterMs?: number
}

/**
 * Posts JSON, and follows no redirect: the address is the operator's word.
 * Errors: what went wrong, with the host and without the rest of the address, which may be a secret.
 */
export async function post({ url, headers, body, ca }: Post): Promise<Answer> {
  const address = new URL(url)
  refuseForbiddenHost(address)
  const send = address.protocol === 'https:' ? httpsRequest : httpRequest
  const signal = AbortSignal.timeout(patience)
  return new Promise((resolve, reject) => {
    const fail = (error: Error & { readonly code?: string }) => {
      const why = signal.aborted ? `no answer within ${patience / 1_000} s` : error.message || error.code
      reject(new Error(`${address.host} could not be reached: ${why}`))
    }
    const sent = send(address, {
      method: 'POST',
      headers: {
        'content-type': 'application/json; charset=utf-8',
        'user-agent': 'Penstock',
        ...headers,
        'content-length': Buffer.byteLength(body),
      },
      lookup: guardedLookup,
      signal,
      ...(ca === undefined ? {} : { ca }),
    })
    sent.on('error', fail)
    sent.on('response', (response) => {
      const { statusCode: status = 0, headers: answered } = response
      const done = () => resolve({ status, ...waitOf(answered['retry-after']) })
      let read = 0
      response.on('error', done) // the status has arrived, and is all that counts
      response.on('data', (piece: Buffer) => {
        read += piece.length
        if (read > mostRead) response.destroy()
      })
      response.on('close', done)
    })
    sent.end(body)
  })
}

/** Seconds, or a date. */
function waitOf(header: string | undefined): Pick<Answer, 'retryAfterMs'> {
  if (header === undefined) return {}
  const wait = /^\d+$/.test(header) ? Number(header) * 1_000 : Date.parse(header) - Date.now()
  return Number.isFinite(wait) && wait > 0 ? { retryAfterMs: Math.min(wait, 60 * 60_000) } : {}
}
