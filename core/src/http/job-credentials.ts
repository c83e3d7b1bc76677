import type { MasterKey } from './master-key.js'
import { issueCredentials, type SessionCredentials, verifyCredentials } from './signed-credentials.js'

/** Fifteen minutes, milliseconds. */
export const jobCredentialLife = 15 * 60_000

/** Credentials for one job's objects and results, until `expires`. */
export function issueJobCredentials(key: MasterKey, jobId: string, expires: number): SessionCredentials {
  return issueCredentials(key, 'job', { job: jobId }, expires)
}

/** Whose job a session token is for; `undefined` when it is not ours, expired, or not this access key's. */
export function verifyJobCredentials(
  key: MasterKey,
  accessKeyId: string,
  sessionToken: string,
  now: number,
): { readonly jobId: string; readonly secretAccessKey: string } | undefined {
  const known = verifyCredentials(key, 'job', { accessKeyId, sessionToken }, now)
  return known && { jobId: String(known.claims.job), secretAccessKey: known.secretAccessKey }
}
