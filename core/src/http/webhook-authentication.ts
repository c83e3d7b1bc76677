/** Whether a webhook's request comes from whom it should (W1, W4). */
import { createHmac, timingSafeEqual } from 'node:crypto'
import { inCidr } from '../domain/cidr.js'
import { single, type WebhookHeaders } from '../domain/webhook.js'

/**
 * How a webhook knows its sender (W1).
 * @example
 * const how: WebhookAuthentication = { authentication: 'IP', AllowedIPRange: '192.0.2.0/24' }
 */
export interface WebhookAuthentication {
  readonly authentication: 'GITHUB_HMAC' | 'IP' | 'UNAUTHENTICATED'
  readonly SecretToken?: string | undefined
  readonly AllowedIPRange?: string | undefined
}

/**
 * One request, as far as authentication looks at it.
 * @example
 * const request: WebhookRequest = { headers: {}, body: new Uint8Array(), remoteAddress: '192.0.2.7' }
 */
export interface WebhookRequest {
  readonly headers: WebhookHeaders
  readonly body: Uint8Array
  /** The socket's other end. */
  readonly remoteAddress: string
  /** Ranges of proxies, separated by commas, whose X-Forwarded-For is believed; nobody's when absent. */
  readonly trustedProxies?: string
}

/**
 * `undefined` when the request may pass, else why not: for the webhook's owner, not for the sender.
 * @example
 * const refused = authenticate({ authentication: 'UNAUTHENTICATED' }, { headers: {}, body: new Uint8Array(), remoteAddress: '::1' })
 */
export function authenticate(how: WebhookAuthentication, request: WebhookRequest): string | undefined {
  if (how.authentication === 'UNAUTHENTICATED') return undefined
  if (how.authentication === 'GITHUB_HMAC') {
    if (!how.SecretToken) return 'the webhook has no SecretToken'
    if (verifyGithubSignature(how.SecretToken, request.body, request.headers)) return undefined
    return 'the X-Hub-Signature does not fit the SecretToken: enter the same secret on both sides'
  }
  const sender = senderAddress(request)
  if (how.AllowedIPRange && inCidr(sender, how.AllowedIPRange)) return undefined
  return `${sender} is not in the AllowedIPRange ${how.AllowedIPRange ?? '(none)'}`
}

/**
 * W4: GitHub's HMAC of the body, SHA-256 where it is sent, else SHA-1. Both headers must be right when both are there, so
 * that neither weakens the other. Compared in constant time.
 * @example
 * const genuine = verifyGithubSignature('a secret', new Uint8Array(), { 'x-hub-signature-256': 'sha256=...' })
 */
export function verifyGithubSignature(secret: string, body: Uint8Array, headers: WebhookHeaders): boolean {
  const given = [
    { algorithm: 'sha256', signature: single(headers, 'x-hub-signature-256') },
    { algorithm: 'sha1', signature: single(headers, 'x-hub-signature') },
  ].filter(({ signature }) => signature !== undefined)
  if (given.length === 0 || secret === '') return false
  return given.every(({ algorithm, signature = '' }) => {
    const expected = Buffer.from(`${algorithm}=${createHmac(algorithm, secret).update(body).digest('hex')}`)
    const actual = Buffer.from(signature)
    return actual.length === expected.length && timingSafeEqual(actual, expected)
  })
}

/**
 * Who sent a request: the socket's other end, or behind trusted proxies the last address in X-Forwarded-For that is not
 * one of theirs. What stands before it the sender may have made up.
 * @example
 * senderAddress({ headers: {}, body: new Uint8Array(), remoteAddress: '192.0.2.7' }) // 192.0.2.7
 */
export function senderAddress({ headers, remoteAddress, trustedProxies }: WebhookRequest): string {
  if (trustedProxies === undefined || !inCidr(remoteAddress, trustedProxies)) return remoteAddress
  const header = headers['x-forwarded-for']
  const chain = (Array.isArray(header) ? header.join(',') : ((header as string | undefined) ?? ''))
    .split(',')
    .map((hop) => hop.trim())
    .filter((hop) => hop !== '')
  return chain.findLast((hop) => !inCidr(hop, trustedProxies)) ?? chain[0] ?? remoteAddress
}
