/** What a login was decided by. */
import { createHash } from 'node:crypto'
import { authOf } from './auth.js'
import type { HostKeys } from './host-keys.js'
import type { SshTarget } from './target.js'

/**
 * The same only for the same user on the same host over the same hops, with the same keys or passwords as they are now,
 * and the same known hosts: a connection must not be had with other credentials, nor after a key was taken away.
 * A digest, so that no secret lies about. Errors: as authOf.
 */
export async function credentialsKey(target: SshTarget, hostKeys: HostKeys): Promise<string> {
  const hash = createHash('sha256').update(hostKeys.digest)
  for (const hop of [...target.jumps, target]) {
    const { privateKey, ...auth } = await authOf(hop)
    hash.update(JSON.stringify([hop.host, hop.port, hop.user, auth, String(privateKey ?? '')]))
  }
  return hash.digest('hex')
}
