/** Names looked up for plugins' own connections: none leads to an address that tells secrets (see forbidden-address.ts). */
import { lookup } from 'node:dns'
import type { LookupFunction } from 'node:net'
import { forbiddenWords, isForbidden } from './forbidden-address.js'

/** As the system's, for `node:http`: a name that leads to such an address is refused with this error. */
export function lookupGuardedBy(refused: (host: string) => Error): LookupFunction {
  return (hostname, options, done) => {
    lookup(hostname, options, (error, found, family) => {
      const addresses = typeof found === 'string' ? [found] : (found ?? []).map(({ address }) => address)
      if (error === null && addresses.some(isForbidden)) done(refused(hostname), '')
      else done(error, found, family)
    })
  }
}

/**
 * For connections of one's own to what a user named: refuses names of link-local addresses, where metadata services tell
 * secrets, unless `polling.allowPrivate` has them. An address itself is never looked up: ask `refuseOutbound` first.
 * @example
 * import { outboundLookup } from '@penstock/core'
 * import { request } from 'node:https'
 * const asked = request('https://chat.example.com/hook', { lookup: outboundLookup })
 */
export const outboundLookup: LookupFunction = lookupGuardedBy(refusal)

/**
 * The same for a host that is an address. Errors: what is wrong with it.
 * @example
 * refuseOutbound(new URL('https://chat.example.com/hook').hostname)
 */
export function refuseOutbound(host: string): void {
  if (isForbidden(host)) throw refusal(host)
}

function refusal(host: string): Error {
  return new Error(forbiddenWords(host))
}
