/** Credentials for who is on the server's own machine and may open its data folder: handed out by the control socket alone. */
import type { Principal } from '../domain/access.js'
import { administratorPolicy } from '../domain/managed-policies.js'
import type { MasterKey } from './master-key.js'
import { issueCredentials, type SessionCredentials, verifyCredentials } from './signed-credentials.js'

/** Fifteen minutes, milliseconds: whoever needs longer asks the socket again. */
export const operatorCredentialLife = 15 * 60_000

/**
 * Credentials until `expires` (epoch milliseconds). `user` is who the caller says to be: it goes into the audit log, and
 * gives no rights of its own, for who may open the folder holds the master key anyway.
 */
export function issueOperatorCredentials(key: MasterKey, user: string, expires: number): SessionCredentials {
  return issueCredentials(key, 'operator', { user: /^[\w.-]{1,64}$/.test(user) ? user : 'unknown' }, expires)
}

/** Everything, secrets and users too, for who holds the master key holds all of it; `undefined` as for every other credentials. */
export function verifyOperatorCredentials(
  key: MasterKey,
  accountId: string,
  given: { readonly accessKeyId: string; readonly sessionToken: string },
  now: number,
): { readonly principal: Principal; readonly secretAccessKey: string } | undefined {
  const known = verifyCredentials(key, 'operator', given, now)
  if (!known) return undefined
  const name = `operator/${String(known.claims.user)}`
  const arn = `arn:aws:sts::${accountId}:assumed-role/penstock-${name}`
  return {
    principal: { name, arn, policies: ['AWSCodePipeline_FullAccess', administratorPolicy] },
    secretAccessKey: known.secretAccessKey,
  }
}
