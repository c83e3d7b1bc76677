/**
 * Receiving webhooks (W1-W6), all that is not HTTP. What an endpoint does with a POST, in this order:
 * 1. reads at most `webhookLimits.body` bytes (413 beyond), and keeps them as they came: signatures are of bytes;
 * 2. finds the webhook by its URL; unknown is 404;
 * 3. `authenticate(...)` (http/webhook-authentication.ts); a refusal is 401 or 403 and says nothing about why;
 * 4. `DeliveryLog.isNew(...)`: a delivery that came before is answered 200 and does nothing;
 * 5. parses the JSON (a form's `payload` field, when GitHub is set to that); not JSON is 400;
 * 6. `matchFilters(...)`; one that does not match is answered 200 and does nothing;
 * 7. `githubEvent(...)` (github-event.ts), and reports its revisions for the target action, trigger type Webhook, detail the ARN.
 */
import type { Clock } from './clock.js'

/**
 * What an endpoint takes.
 * @example
 * const tooLong = (body: Uint8Array) => body.length > webhookLimits.body
 */
export const webhookLimits = {
  /** Bytes: GitHub sends at most 25 MB. */
  body: 25 * 1024 * 1024,
  /** Deliveries that are remembered for each webhook. */
  deliveries: 1_000,
  /** Milliseconds for which they are: GitHub lets people redeliver for three days. */
  remembered: 3 * 24 * 60 * 60_000,
} as const

/**
 * Header names in lower case, as Node has them.
 * @example
 * const headers: WebhookHeaders = { 'x-github-event': 'push' }
 */
export type WebhookHeaders = Readonly<Record<string, string | readonly string[] | undefined>>

/**
 * The value of a header that may be there once; `undefined` when absent or repeated.
 * @example
 * single({ 'x-github-event': 'push' }, 'x-github-event') // push
 */
export function single(headers: WebhookHeaders, name: string): string | undefined {
  const value = headers[name]
  return typeof value === 'string' ? value : undefined
}

/**
 * W2: one condition on the payload.
 * @example
 * const filter: WebhookFilter = { jsonPath: '$.ref', matchEquals: 'refs/heads/{Branch}' }
 */
export interface WebhookFilter {
  readonly jsonPath: string
  readonly matchEquals?: string | undefined
}

/**
 * Finds what a JSONPath leads to. Injected: the domain has no library for it. Errors: for a path that is none.
 * @example
 * const query: JsonQuery = (path, json) => (path === '$' ? [json] : [])
 */
export type JsonQuery = (path: string, json: unknown) => readonly unknown[]

/**
 * `undefined` when all filters match, else the first that does not, in words. `configuration` is the target action's.
 * @example
 * const refused = matchFilters([{ jsonPath: '$' }], {}, {}, (_path, json) => [json])
 */
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

/**
 * Remembers deliveries by their ids, so that one that is sent again, or replayed by somebody, counts once.
 * @example
 * const log = new DeliveryLog(systemClock)
 */
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
