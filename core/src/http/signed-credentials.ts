/** Credentials that are not stored: the session token itself says for what and until when, under the master key's signature. */
import { timingSafeEqual } from 'node:crypto'
import type { MasterKey } from './master-key.js'

/** What an AWS client signs with. */
export interface SessionCredentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken: string
  /** Epoch milliseconds. */
  readonly expires: number
}

/** Makes credentials that stop working at `expires` (epoch milliseconds); no other `purpose` takes them. */
export function issueCredentials(
  key: MasterKey,
  purpose: string,
  claims: Readonly<Record<string, string>>,
  expires: number,
): SessionCredentials {
  const body = Buffer.from(JSON.stringify({ ...claims, expires })).toString('base64url')
  const sessionToken = `${body}.${key.sign(`${purpose} token`, body).toString('base64url')}`
  return { ...derive(key, purpose, body), sessionToken, expires }
}

/** What a session token stands for; `undefined` when it is not ours, expired, or not this access key's. */
export function verifyCredentials(
  key: MasterKey,
  purpose: string,
  given: { readonly accessKeyId: string; readonly sessionToken: string },
  now: number,
): { readonly claims: Readonly<Record<string, unknown>>; readonly secretAccessKey: string } | undefined {
  const [body, signature] = given.sessionToken.split('.')
  if (!body || !signature) return undefined
  const signed = Buffer.from(signature, 'base64url')
  const right = key.sign(`${purpose} token`, body)
  if (signed.length !== right.length || !timingSafeEqual(signed, right)) return undefined
  const claims = JSON.parse(Buffer.from(body, 'base64url').toString('utf8')) as Record<string, unknown>
  const { accessKeyId, secretAccessKey } = derive(key, purpose, body)
  if (Number(claims.expires) <= now || accessKeyId !== given.accessKeyId) return undefined
  return { claims, secretAccessKey }
}

function derive(key: MasterKey, purpose: string, body: string): { accessKeyId: string; secretAccessKey: string } {
  return {
    accessKeyId: `ASIA${base32(key.sign(`${purpose} key id`, body)).slice(0, 16)}`,
    secretAccessKey: key.sign(`${purpose} secret`, body).toString('base64').slice(0, 40),
  }
}

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** RFC 4648's alphabet, which AWS's key ids are written in, one letter a byte. */
export function base32(bytes: Buffer): string {
  return [...bytes].map((byte) => letters[byte & 31]).join('')
}
