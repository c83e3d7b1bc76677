/** Repositories are not asked at addresses where none can be (see host/forbidden-address.ts), whatever their names are. */
import { lookup as systemLookupAll } from 'node:dns/promises'
import type { LookupFunction } from 'node:net'
import { forbiddenWords, isForbidden } from '../host/forbidden-address.js'
import { lookupGuardedBy } from '../host/guarded-lookup.js'
import { GitError } from './git-error.js'
import { isLocalUrl } from './local.js'

/** Errors: GitError for a URL whose host is such an address. */
export function refuseForbidden(url: URL): void {
  if (isForbidden(url.hostname)) throw refused(url.hostname)
}

/** As the system's, but a name that leads to such an address leads nowhere. */
export const safeLookup: LookupFunction = lookupGuardedBy(refused)

/**
 * For programs that look names up themselves, git and ssh: refuses a URL (also `user@host:path`) whose host is such an
 * address or a name of one, and answers the addresses that it has now. None when the name is not known here: a proxy may
 * know it, and otherwise the program says so. Errors: GitError.
 */
export async function lookUpHost(url: string): Promise<readonly string[]> {
  if (isLocalUrl(url)) return []
  const host = hostOf(url)
  const found = await systemLookupAll(host, { all: true }).catch(() => [])
  const addresses = found.map(({ address }) => address)
  if (isForbidden(host) || addresses.some(isForbidden)) throw refused(host)
  return addresses
}

function hostOf(url: string): string {
  if (URL.canParse(url) && url.includes('://')) return new URL(url).hostname.replace(/^\[|\]$/g, '')
  return /^(?:[^@/]*@)?([^:/]+):/.exec(url)?.[1] ?? url
}

function refused(host: string): GitError {
  return new GitError('bad-url', forbiddenWords(host, 'no repositories'))
}
