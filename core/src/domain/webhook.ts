/**
 * Receiving webhooks (W1-W6), all that is not HTTP. What an endpoint does with a POST, in this order:
 * 1. reads at most `webhookLimits.body` bytes (413 beyond), and keeps them as they came: signatures are of bytes;
 * 2. finds the webhook by its URL; unknown is 404;
 * 3. `authenticate(...)`; a refusal is 401 or 403 and says nothing about why;
 * 4. `DeliveryLog.isNew(...)`: a delivery that came before is answered 200 and does nothing;
 * 5. parses the JSON (a form's `payload` field, when GitHub is set to that); not JSON is 400;
 * 6. `matchFilters(...)`; one that does not match is answered 200 and does nothing;
 * 7. `githubEvent(...)` (github-event.ts), and reports its revisions for the target action, trigger type Webhook, detail the ARN.
 */
import { createHmac, timingSafeEqual } from 'node:crypto'
import { inCidr } from './cidr.js'
import type { Clock } from './clock.js'

/** What an endpoint takes. */
export const webhookLimits = {
  /** Bytes: GitHub sends at most 25 MB. */
  body: 25 * 1024 * 1024,
  /** Deliveries that are remembered for each webhook. */
  deliveries: 1_000,
  /** Milliseconds for which they are: GitHub lets people redeliver for three days. */
  remembered: 3 * 24 * 60 * 60_000,
} as const

/** Header names in lower case, as Node has them. */
export type WebhookHeaders = Readonly<Record<string, string | readonly string[] | undefined>>

/** How a webhook knows its sender (W1). */
export interface WebhookAuthentication {
  readonly authentication: 'GITHUB_HMAC' | 'IP' | 'UNAUTHENTICATED'
  readonly SecretToken?: string | undefined
  readonly AllowedIPRange?: string | undefined
}

/** One request, as far as authentication looks at it. */
export interface WebhookRequest {
  readonly headers: WebhookHeaders
  readonly body: Uint8Array
  /** The socket's other end. */
  readonly remoteAddress: string
  /** Ranges of proxies, separated by commas, whose X-Forwarded-For is believed; nobody's when absent. */
  readonly trustedProxies?: string
}

/** `undefined` when the request may pass, else why not: for the webhook's owner, not for the sender. */
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

/** The value of a header that may be there once; `undefined` when absent or repeated. */
export function single(headers: WebhookHeaders, name: string): string | undefined {
  const value = headers[name]
  return typeof value === 'string' ? value : undefined
}

/** W2: one condition on the payload. */
export interface WebhookFilter {
  readonly jsonPath: string
  readonly matchEquals?: string | undefined
}

/** Finds what a JSONPath leads to. Injected: the domain has no library for it. Errors: for a path that is none. */
export type JsonQuery = (path: string, json: unknown) => readonly unknown[]

/** `undefined` when all filters match, else the first that does not, in words. `configuration` is the target action's. */
export function matchFilters(
  filters: readonly WebhookFilter[],
  payload: unknown,
  configuration: Readonly<Record<string, string>>,
  query: JsonQuery,
): string | undefined {
  for (const { jsonPath, matchEquals } of filters) {
    const found = query(jsonPath, payload).map(asText)
    const shown = found.length === 0 ? 'nothing' : found.slice(0, 3).join(', ').slice(0, 200)
    if (matchEquals === undefined) {
      if (found.length === 0) return `${jsonPath} leads to nothing`
      continue
    }
    const wanted = matchEquals.replace(/\{([^{}]+)\}/g, (whole, key: string) =>
      Object.hasOwn(configuration, key) ? (configuration[key] ?? whole) : whole,
    )
    if (!found.includes(wanted)) return `${jsonPath} is ${shown}, and ${wanted} is wanted`
  }
  return undefined
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** Remembers deliveries by their ids, so that one that is sent again, or replayed by somebody, counts once. */
export class DeliveryLog {
  private readonly seen = new Map<string, Map<string, number>>()

  constructor(private readonly clock: Pick<Clock, 'now'>) {}

  /** Notes a delivery (GitHub's X-GitHub-Delivery); false when it came before. One without an id is always new. */
  isNew(webhook: string, delivery: string | undefined): boolean {
    if (delivery === undefined) return true
    const now = this.clock.now()
    const known = this.seen.get(webhook) ?? new Map<string, number>()
    this.seen.set(webhook, known)
    const since = known.get(delivery)
    if (since !== undefined && now - since <= webhookLimits.remembered) return false
    known.delete(delivery)
    known.set(delivery, now)
    const [oldest] = known.keys()
    if (known.size > webhookLimits.deliveries && oldest !== undefined) known.delete(oldest)
    return true
  }

  /** Forgets a delivery that could not be worked on, so that it can be sent again. */
  forget(webhook: string, delivery: string | undefined): void {
    if (delivery !== undefined) this.seen.get(webhook)?.delete(delivery)
  }
}
