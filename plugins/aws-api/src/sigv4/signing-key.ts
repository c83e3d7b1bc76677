import { createHash, createHmac } from 'node:crypto'

/** What a signature is good for: `DATE/REGION/SERVICE/aws4_request`. */
export interface Scope {
  /** YYYYMMDD. */
  readonly date: string
  readonly region: string
  readonly service: string
}

/** HMAC-SHA256 as raw bytes. */
export function hmac(key: Buffer | string, data: string): Buffer {
  return createHmac('sha256', key).update(data, 'latin1').digest()
}

/** HMAC-SHA256 in lower-case hexadecimal, the form of every signature. */
export function hexHmac(key: Buffer, data: string): string {
  return createHmac('sha256', key).update(data, 'latin1').digest('hex')
}

/** SHA-256 in lower-case hexadecimal, of bytes or of a string whose characters are bytes. */
export function hexSha256(data: Buffer | string): string {
  const hash = createHash('sha256')
  return (typeof data === 'string' ? hash.update(data, 'latin1') : hash.update(data)).digest('hex')
}

export function scopeText({ date, region, service }: Scope): string {
  return `${date}/${region}/${service}/aws4_request`
}

/** Derived keys, which are good for a day: saves four of the seven hashes of a check. */
const derived = new Map<string, Buffer>()
const mostDerived = 500

/** The key that signs within a scope. */
export function signingKey(secretAccessKey: string, scope: Scope): Buffer {
  const name = `${scopeText(scope)}\n${secretAccessKey}`
  const known = derived.get(name)
  if (known) return known
  const byDate = hmac(Buffer.from(`AWS4${secretAccessKey}`), scope.date)
  const key = hmac(hmac(hmac(byDate, scope.region), scope.service), 'aws4_request')
  if (derived.size >= mostDerived) derived.clear()
  derived.set(name, key)
  return key
}
