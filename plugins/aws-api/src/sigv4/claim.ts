import type { IncomingMessage } from 'node:http'
import { defined } from '@penstock/core'
import { Refused } from './refused.js'
import type { Scope } from './signing-key.js'

/** What a request says of who signed it, and how. Nothing of it is proved yet. */
export interface Claim {
  readonly accessKeyId: string
  readonly scope: Scope
  /** Lower case, in the order of the signature. */
  readonly signedHeaders: readonly string[]
  /** 64 hexadecimal digits. */
  readonly signature: string
  readonly sessionToken?: string
  /** YYYYMMDD'T'HHMMSS'Z', and the same in epoch milliseconds. */
  readonly date: string
  readonly time: number
  /** Set for a presigned URL: seconds that it is good for. */
  readonly expiresAfter?: number
}

const algorithm = 'AWS4-HMAC-SHA256'

/**
 * Reads a request's Authorization header, or a presigned URL's query.
 * Errors: Refused as `unsigned`, `signatureV2`, `incomplete` or `wrongScope`.
 */
export function claimOf(request: IncomingMessage, query: URLSearchParams): Claim {
  if (isSignatureV2(request)) throw new Refused({ kind: 'signatureV2' })
  const header = request.headers.authorization
  if (header !== undefined) return fromHeader(header, request)
  if (query.has('X-Amz-Signature')) return fromQuery(query)
  throw new Refused({ kind: 'unsigned' })
}

/** True for AWS's signature of before 2012, which S3's older clients still make for addresses that they presign. */
export function isSignatureV2({ headers, url }: Pick<IncomingMessage, 'headers' | 'url'>): boolean {
  if (/^AWS \S/.test(headers.authorization ?? '')) return true
  return /[?&]AWSAccessKeyId=/.test(url ?? '') && /[?&]Signature=/.test(url ?? '')
}

function fromHeader(header: string, request: IncomingMessage): Claim {
  if (!header.startsWith(`${algorithm} `)) throw new Refused({ kind: 'unsigned' })
  const fields = new Map<string, string>()
  for (const field of header.slice(algorithm.length).split(',')) {
    const at = field.indexOf('=')
    if (at > 0) fields.set(field.slice(0, at).trim(), field.slice(at + 1).trim())
  }
  const date = request.headers['x-amz-date'] ?? request.headers.date
  const missing = ['Credential', 'Signature', 'SignedHeaders']
    .filter((name) => !fields.get(name))
    .map((name) => `Authorization header requires '${name}' parameter.`)
  if (!date) {
    missing.push("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.")
  }
  if (missing.length > 0) throw incomplete(missing.join(' '))
  const token = request.headers['x-amz-security-token']
  return claim({
    credential: fields.get('Credential') ?? '',
    signature: fields.get('Signature') ?? '',
    signedHeaders: fields.get('SignedHeaders') ?? '',
    date: String(date),
    ...(token === undefined ? {} : { sessionToken: String(token) }),
  })
}

function fromQuery(query: URLSearchParams): Claim {
  const required = ['X-Amz-Algorithm', 'X-Amz-Credential', 'X-Amz-Date', 'X-Amz-Expires', 'X-Amz-SignedHeaders']
  const missing = required.filter((name) => !query.get(name))
  if (missing.length > 0) throw incomplete(`AWS query-string parameters must include ${missing.join(', ')}.`)
  if (query.get('X-Amz-Algorithm') !== algorithm) throw incomplete(`X-Amz-Algorithm must be ${algorithm}.`)
  const expiresAfter = Number(query.get('X-Amz-Expires'))
  if (!(expiresAfter >= 1 && expiresAfter <= 604_800)) {
    throw incomplete('X-Amz-Expires must be a number from 1 to 604800 seconds.')
  }
  const token = query.get('X-Amz-Security-Token')
  return {
    ...claim({
      credential: query.get('X-Amz-Credential') ?? '',
      signature: query.get('X-Amz-Signature') ?? '',
      signedHeaders: query.get('X-Amz-SignedHeaders') ?? '',
      date: query.get('X-Amz-Date') ?? '',
      ...(token === null ? {} : { sessionToken: token }),
    }),
    expiresAfter,
  }
}

interface Fields {
  readonly credential: string
  readonly signature: string
  readonly signedHeaders: string
  readonly date: string
  readonly sessionToken?: string
}

function claim({ credential, signature, signedHeaders, date, sessionToken }: Fields): Claim {
  const parts = credential.split('/')
  const [accessKeyId, day, region, service, term] = parts
  if (parts.length !== 5 || !accessKeyId || !day || !region || !service) {
    throw incomplete('Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term.')
  }
  if (term !== 'aws4_request') {
    throw new Refused({
      kind: 'wrongScope',
      message: "Credential should be scoped with a valid terminator: 'aws4_request'.",
    })
  }
  const { text, time } = instant(date)
  if (text.slice(0, 8) !== day) {
    throw new Refused({
      kind: 'wrongScope',
      message: 'Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP.',
    })
  }
  if (!/^[0-9a-f]{64}$/.test(signature)) throw new Refused({ kind: 'mismatch' })
  return {
    accessKeyId,
    scope: { date: day, region, service },
    signedHeaders: signedHeaders.toLowerCase().split(';'),
    signature,
    date: text,
    time,
    ...defined({ sessionToken }),
  }
}

/** X-Amz-Date's basic form, or a Date header's. */
function instant(date: string): { text: string; time: number } {
  const parts = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(date)
  const time = parts
    ? Date.parse(date.replace(/^(....)(..)(..)T(..)(..)(..)Z$/, '$1-$2-$3T$4:$5:$6Z'))
    : Date.parse(date)
  if (Number.isNaN(time)) {
    throw incomplete("Date must be in ISO-8601 'basic format', as in 20300101T120000Z.")
  }
  return { text: parts ? date : basicFormat(time), time }
}

/** 20300101T120000Z. */
export function basicFormat(time: number): string {
  return `${new Date(time).toISOString().slice(0, 19).replace(/[-:]/g, '')}Z`
}

function incomplete(message: string): Refused {
  return new Refused({ kind: 'incomplete', message })
}
