import { type Clock, sleep } from '../domain/clock.js'
import type { HttpClient, HttpRequest, HttpResponse } from '../host/http-client.js'
import { JobFailed } from '../host/job-failed.js'
import { outboundFetch } from '../host/outbound-fetch.js'

/** What a job's HTTP client works with. */
export interface HttpClientParts {
  readonly clock: Clock
  readonly signal: AbortSignal
  /** Takes secrets out of what errors say. */
  readonly mask: (text: string) => string
}

const TRY_TIMEOUT = 30_000
const FIRST_PAUSE = 500
const LONGEST_PAUSE = 30_000
const QUOTED = 200

/** Makes the client that `ctx.http` and the source poller use. */
export function createHttpClient(parts: HttpClientParts): HttpClient {
  return { request: (url, options = {}) => request(parts, url, options) }
}

/**
 * Errors: JobFailed SystemUnavailable when no try got an answer, naming method and host (never the query, where tokens
 * are); the job's abort reason. An answer of any status is an answer.
 */
async function request(parts: HttpClientParts, url: string, options: HttpRequest): Promise<HttpResponse> {
  const method = options.method ?? 'GET'
  const tries = 1 + (options.retries ?? (method === 'GET' || method === 'HEAD' ? 3 : 0))
  const what = `${method} ${withoutSecrets(url)}`
  for (let attempt = 1; ; attempt++) {
    parts.signal.throwIfAborted()
    let pause = Math.min(FIRST_PAUSE * 2 ** (attempt - 1), LONGEST_PAUSE)
    try {
      const response = await tryOnce(parts, url, method, options, what)
      if (attempt >= tries || (response.status !== 429 && response.status < 500)) return response
      pause = retryAfter(response, parts.clock) ?? pause
    } catch (error) {
      parts.signal.throwIfAborted()
      if (attempt >= tries) throw failure(what, error, attempt, parts)
    }
    await sleep(parts.clock, pause, parts.signal)
  }
}

async function tryOnce(
  parts: HttpClientParts,
  url: string,
  method: string,
  options: HttpRequest,
  what: string,
): Promise<HttpResponse> {
  const limit = options.timeout ?? TRY_TIMEOUT
  // One controller for both reasons, and not AbortSignal.any: a poller's signal lives as long as the server.
  const ending = new AbortController()
  const onAbort = () => ending.abort(parts.signal.reason)
  parts.signal.addEventListener('abort', onAbort, { once: true })
  const cancel = parts.clock.after(limit, () => ending.abort(new Error(`no answer within ${limit / 1000} s`)))
  try {
    const response = await outboundFetch(url, { method, ...encodeBody(options), signal: ending.signal })
    const text = await response.text()
    return answer(response, text, what, parts)
  } finally {
    cancel()
    parts.signal.removeEventListener('abort', onAbort)
  }
}

function encodeBody({ body, headers = {} }: HttpRequest): {
  headers: Record<string, string>
  body?: string | Uint8Array<ArrayBuffer>
} {
  if (body === undefined) return { headers }
  if (typeof body === 'string') return { headers, body }
  if (body instanceof Uint8Array) return { headers, body: new Uint8Array(body) }
  const named = Object.keys(headers).some((name) => name.toLowerCase() === 'content-type')
  return { headers: named ? headers : { ...headers, 'content-type': 'application/json' }, body: JSON.stringify(body) }
}

function answer(response: Response, text: string, what: string, { mask }: HttpClientParts): HttpResponse {
  return {
    status: response.status,
    ok: response.ok,
    headers: Object.fromEntries(response.headers),
    text: () => text,
    json() {
      try {
        return JSON.parse(text) as unknown
      } catch {
        const start = mask(text.slice(0, QUOTED)).replace(/\s+/g, ' ')
        throw new JobFailed(
          `${what} answered ${response.status} with what is not JSON: ${start === '' ? 'nothing' : start}`,
        )
      }
    },
  }
}

/** Seconds or a date, as servers say it when they are busy; at most half a minute is believed. */
function retryAfter(response: HttpResponse, clock: Clock): number | undefined {
  const text = response.headers['retry-after']
  if (text === undefined) return undefined
  const wait = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - clock.now()
  return Number.isFinite(wait) ? Math.min(Math.max(0, wait), LONGEST_PAUSE) : undefined
}

function failure(what: string, error: unknown, attempts: number, { mask }: HttpClientParts): JobFailed {
  // fetch says no more than "fetch failed"; its cause has the reason, sometimes only as a code.
  const { message, cause } = error as { message: string; cause?: { message?: string; code?: string } }
  const reason = cause?.message || cause?.code || message
  const tries = attempts === 1 ? '' : ` after ${attempts} tries`
  return new JobFailed(mask(`${what} failed${tries}: ${reason}`), 'SystemUnavailable')
}

function withoutSecrets(url: string): string {
  try {
    const { protocol, host, pathname } = new URL(url)
    return `${protocol}//${host}${pathname}`
  } catch {
    throw new JobFailed(
      'the address of an HTTP request is not a URL: it must begin with http:// or https://',
      'ConfigurationError',
    )
  }
}
