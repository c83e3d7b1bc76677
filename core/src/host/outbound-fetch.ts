import type { Agent } from 'undici'
import { outboundLookup, refuseOutbound } from './guarded-lookup.js'

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

/** Loaded when first needed: many a server never asks anybody. */
async function make() {
  const { Agent, buildConnector, fetch } = await import('undici')
  const connector = buildConnector({ lookup: outboundLookup })
  const connect: ReturnType<Undici['buildConnector']> = (options, done) => {
    try {
      refuseOutbound(options.hostname) // what is an address already is not looked up
    } catch (error) {
      done(error as Error, null)
      return
    }
    connector(options, done)
  }
  return { fetch, agent: new Agent({ connect }) }
}
