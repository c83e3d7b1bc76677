import type { LookupFunction } from 'node:net'
import type { Agent } from 'undici'
import { forbiddenWords, isForbidden } from './forbidden-address.js'
import { lookupGuardedBy } from './guarded-lookup.js'

type Undici = typeof import('undici')

let made: Promise<{ readonly fetch: Undici['fetch']; readonly agent: Agent }> | undefined

/**
 * `fetch` for addresses that a user named: link-local ones, where the clouds' metadata services are, are refused however they
 * are written, whatever name or redirect leads there. Errors: as `fetch`, with the reason in `cause`.
 * @example
 * const answer = await outboundFetch('https://ci.example.com/job/site/api/json', { method: 'POST' })
 */
export async function outboundFetch(url: string, init: RequestInit = {}): Promise<Response> {
  made ??= make()
  const { fetch, agent } = await made
  // One and the same by the standard; only the two declarations of their types are not.
  const answer = await fetch(url, { ...(init as object), dispatcher: agent })
  return answer as unknown as Response
}

/** A lookup for connections of one's own to what a user named. */
export const outboundLookup: LookupFunction = lookupGuardedBy(refusal)

/** Errors: for a host that is such an address; names of one are for the lookup. */
export function refuseOutbound(host: string): void {
  if (isForbidden(host)) throw refusal(host)
}

function refusal(host: string): Error {
  return new Error(forbiddenWords(host))
}

/** Loaded when first needed: many a server never asks anybody. */
async function make() {
  const { Agent, buildConnector, fetch } = await import('undici')
  const connector = buildConnector({ lookup: outboundLookup })
  const connect: ReturnType<Undici['buildConnector']> = (options, done) => {
    // What is an address already is not looked up.
    if (isForbidden(options.hostname)) done(refusal(options.hostname), null)
    else connector(options, done)
  }
  return { fetch, agent: new Agent({ connect }) }
}
