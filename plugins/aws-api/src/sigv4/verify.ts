/**
 * AWS Signature Version 4, checked: what the client must have signed is written down again from the request as it came
 * and signed with the secret that the key id stands for.
 */
import { timingSafeEqual } from 'node:crypto'
import type { AccessService, Clock, Credentials } from '@penstock/core'
import { canonicalHash, type Signable } from './canonical.js'
import { basicFormat, type Claim } from './claim.js'
import { Refused } from './refused.js'
import { hexHmac, scopeText, signingKey } from './signing-key.js'

/** How far a client's clock may be off, either way: AWS's for S3, which is the more patient. Also how long a request could be replayed. */
export const longestSkew = 15 * 60_000

export interface Expected {
  readonly region: string
  readonly service: string
}

/** The caller, once its key is known; `key` signs what else there is of the request, such as chunks. */
export interface Caller {
  readonly claim: Claim
  readonly credentials: Credentials
  readonly key: Buffer
}

/**
 * All that can be said before the body is there: the scope, the time, and whether the key is known.
 * Errors: Refused.
 */
export async function identify(
  claim: Claim,
  request: Signable,
  expected: Expected,
  access: Pick<AccessService, 'credentials'>,
  clock: Clock,
): Promise<Caller> {
  const { region, service } = claim.scope
  if (service !== expected.service) {
    throw new Refused({ kind: 'wrongService', given: service, expected: expected.service })
  }
  if (region !== expected.region) {
    throw new Refused({ kind: 'wrongRegion', given: region, expected: expected.region })
  }
  checkTime(claim, clock.now())
  checkSignedHeaders(claim, request)
  const credentials = await access.credentials(claim.accessKeyId, claim.sessionToken)
  if (!credentials) throw new Refused({ kind: 'unknownKey' })
  return { claim, credentials, key: signingKey(credentials.secretAccessKey, claim.scope) }
}

/**
 * The signature itself. `payloadHash` is SHA-256 in hexadecimal, or one of S3's words in its place.
 * Errors: Refused as `mismatch`.
 */
export function checkSignature({ claim, key }: Caller, request: Signable, payloadHash: string): void {
  const matches = (as: Signable) => {
    const hash = canonicalHash(as, claim.signedHeaders, payloadHash)
    const wanted = hexHmac(key, `AWS4-HMAC-SHA256\n${claim.date}\n${scopeText(claim.scope)}\n${hash}`)
    return sameText(wanted, claim.signature)
  }
  if (matches(request)) return
  // A proxy that sends a host of its own: the client signed the address that it knows, which is this server's as well.
  const { publicHost, headers, proxied } = request
  const came = headers.get('host')
  const other = publicHost !== undefined && publicHost !== came
  if (other && matches({ ...request, headers: new Map(headers).set('host', publicHost) })) return
  throw new Refused({ kind: 'mismatch', ...(proxied === true && came !== undefined ? { proxiedHost: came } : {}) })
}

/** Compares in a time that tells nothing of where two texts differ. */
export function sameText(a: string, b: string): boolean {
  const x = Buffer.from(a)
  const y = Buffer.from(b)
  return x.length === y.length && timingSafeEqual(x, y)
}

function checkTime(claim: Claim, now: number): void {
  const late = claim.time - longestSkew
  if (late > now) {
    throw wrongTime(`Signature not yet current: ${claim.date} is still later than ${span(now, longestSkew, '+')}`)
  }
  if (claim.expiresAfter !== undefined) {
    if (claim.time + claim.expiresAfter * 1000 < now) throw new Refused({ kind: 'expired' })
  } else if (claim.time + longestSkew < now) {
    throw wrongTime(`Signature expired: ${claim.date} is now earlier than ${span(now, -longestSkew, '-')}`)
  }
}

const span = (now: number, shift: number, sign: string) =>
  `${basicFormat(now + shift)} (${basicFormat(now)} ${sign} 15 min.)`

const wrongTime = (message: string) => new Refused({ kind: 'wrongTime', message })

/** What is not signed could have been changed on the way: the host and AWS's own headers must be. */
function checkSignedHeaders(claim: Claim, request: Signable): void {
  const signed = new Set(claim.signedHeaders)
  if (!signed.has('host')) {
    throw new Refused({
      kind: 'wrongScope',
      message: "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.",
    })
  }
  for (const name of request.headers.keys()) {
    if (name.startsWith('x-amz-') && !signed.has(name)) {
      throw new Refused({ kind: 'wrongScope', message: `'${name}' must be a 'SignedHeader' in the AWS Authorization.` })
    }
  }
}
