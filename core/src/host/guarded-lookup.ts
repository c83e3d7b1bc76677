/** Names looked up for plugins' own connections: none leads to an address that tells secrets (see forbidden-address.ts). */
import { lookup } from 'node:dns'
import type { LookupFunction } from 'node:net'
import { isForbidden } from './forbidden-address.js'

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
 * For `node:http` and `node:https`: refuses names of link-local addresses, where metadata services tell secrets, unless
 * `polling.allowPrivate` has them. An address itself is never looked up: ask `refuseForbiddenHost` first.
 * @example
 * https.request(url, { lookup: guardedLookup })
 */
export const guardedLookup: LookupFunction = lookupGuardedBy(refusal)

/**
 * The same for a URL whose host is an address. Errors: what is wrong with it.
 * @example
 * refuseForbiddenHost(new URL('https://chat.example.com/hook'))
 */
export function refuseForbiddenHost(url: URL): void {
  if (isForbidden(url.hostname)) throw refusal(url.hostname)
}

function refusal(host: string): Error {
  return new Error(
    `${host} is a link-local address, where metadata services are: polling.allowPrivate in penstock.yaml can allow it`,
  )
}
