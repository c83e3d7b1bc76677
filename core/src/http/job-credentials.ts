/** Credentials for one job's objects and results: nothing is stored, the session token itself says for what and until when. */
import { timingSafeEqual } from 'node:crypto'
import type { MasterKey } from './master-key.js'

/** Fifteen minutes, milliseconds. */
export const jobCredentialLife = 15 * 60_000

export interface JobCredentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken: string
  /** Epoch milliseconds. */
  readonly expires: number
}

/** Makes credentials that stop working at `expires`. */
export function issueJobCredentials(key: MasterKey, jobId: string, expires: number): JobCredentials {
  const body = Buffer.from(JSON.stringify({ job: jobId, expires })).toString('base64url')
  const sessionToken = `${body}.${key.sign('job token', body).toString('base64url')}`
  return { ...derive(key, body), sessionToken, expires }
}

/** What a session token stands for; `undefined` when it is not ours, expired, or not this access key's. */
export function verifyJobCredentials(
  key: MasterKey,
  accessKeyId: string,
  sessionToken: string,
  now: number,
): { readonly jobId: string; readonly secretAccessKey: string } | undefined {
  const [body, signature] = sessionToken.split('.')
  if (!body || !signature) return undefined
  const given = Buffer.from(signature, 'base64url')
  const right = key.sign('job token', body)
  if (given.length !== right.length || !timingSafeEqual(given, right)) return undefined
  const { job, expires } = JSON.parse(Buffer.from(body, 'base64url').toString('utf8')) as {
    job: string
    expires: number
  }
  const derived = derive(key, body)
  if (expires <= now || derived.accessKeyId !== accessKeyId) return undefined
  return { jobId: job, secretAccessKey: derived.secretAccessKey }
}

function derive(key: MasterKey, body: string): { accessKeyId: string; secretAccessKey: string } {
  return {
    accessKeyId: `ASIA${base32(key.sign('job key id', body)).slice(0, 16)}`,
    secretAccessKey: Buffer.concat([key.sign('job secret', body)])
      .toString('base64')
      .slice(0, 40),
  }
}

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** RFC 4648's alphabet, which AWS's key ids are written in, one letter a byte. */
export function base32(bytes: Buffer): string {
  return [...bytes].map((byte) => letters[byte & 31]).join('')
}
