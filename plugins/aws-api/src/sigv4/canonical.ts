import type { IncomingMessage } from 'node:http'
import { Refused } from './refused.js'
import { hexSha256 } from './signing-key.js'

/** The parts of a request that a signature covers. */
export interface Signable {
  readonly method: string
  /** As it came, without the query. */
  readonly path: string
  readonly query: URLSearchParams
  /** Header names in lower case; several of one name joined by a comma, as the signature wants them. */
  readonly headers: ReadonlyMap<string, string>
  /** The host of the server's public address, which a client signed if a proxy on the way put another one in its place. */
  readonly publicHost?: string
  /** It came by way of a proxy, as far as can be told. */
  readonly proxied?: boolean
}

/** Splits a request into what is signed; `publicUrl` is where clients reach the server. Errors: a URIError for a path or query that is not well-formed. */
export function signable(request: IncomingMessage, publicUrl?: string): Signable {
  const url = originForm(request.url ?? '/')
  const at = url.indexOf('?')
  const headers = new Map<string, string>()
  // Node's own `headers` joins repeated ones with a space after the comma, and drops some.
  for (let i = 0; i < request.rawHeaders.length; i += 2) {
    const name = String(request.rawHeaders[i]).toLowerCase()
    const value = String(request.rawHeaders[i + 1])
      .trim()
      .replace(/\s+/g, ' ')
    const earlier = headers.get(name)
    headers.set(name, earlier === undefined ? value : `${earlier},${value}`)
  }
  return {
    method: request.method ?? 'GET',
    path: at < 0 ? url : url.slice(0, at),
    query: queryOf(at < 0 ? '' : url.slice(at + 1)),
    headers,
    proxied: isProxied(request, headers),
    ...(publicUrl === undefined ? {} : { publicHost: new URL(publicUrl).host }),
  }
}

/** Most proxies say so; nginx's bare `proxy_pass` tells by its HTTP/1.0, which no client speaks any more. */
function isProxied(request: IncomingMessage, headers: ReadonlyMap<string, string>): boolean {
  const marks = ['x-forwarded-for', 'x-forwarded-host', 'forwarded', 'via', 'x-real-ip']
  return request.httpVersion === '1.0' || marks.some((name) => headers.has(name))
}

/** What is sent to a proxy names the whole address (RFC 9112, 3.2.2); what is signed is the path. */
function originForm(url: string): string {
  const path = /^https?:\/\/[^/?]*(.*)$/i.exec(url)?.[1]
  if (path === undefined) return url
  return path.startsWith('/') ? path : `/${path}`
}

/** Unlike a form's, a signed query's plus sign is a plus sign. */
function queryOf(text: string): URLSearchParams {
  const query = new URLSearchParams()
  for (const pair of text.split('&')) {
    if (pair === '') continue
    const at = pair.indexOf('=')
    const name = at < 0 ? pair : pair.slice(0, at)
    query.append(decodeURIComponent(name), at < 0 ? '' : decodeURIComponent(pair.slice(at + 1)))
  }
  return query
}

/** RFC 3986: everything but letters, digits and `-._~` is percent-encoded. */
function encode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)
}

const encodePath = (path: string) =>
  path
    .split('/')
    .map((part) => encode(decodeURIComponent(part)))
    .join('/')

/** Code units, not a locale: that is the order of the bytes once encoded. */
const byBytes = (a: readonly string[], b: readonly string[]) => {
  const x = a.join('\0')
  const y = b.join('\0')
  return x < y ? -1 : x > y ? 1 : 0
}

function canonicalQuery(query: URLSearchParams): string {
  return [...query]
    .filter(([name]) => name !== 'X-Amz-Signature')
    .map(([name, value]) => [encode(name), encode(value)] as const)
    .sort(byBytes)
    .map((pair) => pair.join('='))
    .join('&')
}

/**
 * SHA-256 of the canonical request, in hexadecimal.
 * Errors: Refused as `mismatch` when a signed header is not there; URIError for a malformed path.
 */
export function canonicalHash(from: Signable, signedHeaders: readonly string[], payloadHash: string): string {
  const headers = signedHeaders.map((name) => {
    const value = from.headers.get(name)
    if (value === undefined) throw new Refused({ kind: 'mismatch' })
    return `${name}:${value}\n`
  })
  return hexSha256(
    `${from.method}\n${encodePath(from.path)}\n${canonicalQuery(from.query)}\n${headers.join('')}\n${signedHeaders.join(';')}\n${payloadHash}`,
  )
}
