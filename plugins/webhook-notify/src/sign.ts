/** Signatures of Standard Webhooks (standardwebhooks.com): receivers have libraries that check them. */
import { createHmac } from 'node:crypto'

/** What is signed: the delivery's id, the attempt's time and the body. */
export interface Signed {
  readonly id: string
  /** Seconds since the epoch. */
  readonly timestamp: number
  readonly body: string
}

/** The headers, with a signature for each secret: so that a secret can be changed while both are good. */
export function signatureHeaders(signed: Signed, secrets: readonly string[]): Record<string, string> {
  const { id, timestamp, body } = signed
  const signatures = secrets.map(
    (secret) => `v1,${createHmac('sha256', keyOf(secret)).update(`${id}.${timestamp}.${body}`).digest('base64')}`,
  )
  return {
    'webhook-id': id,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': signatures.join(' '),
  }
}

/** `whsec_` and base64, as the standard writes keys; anything else is the key as it is. */
function keyOf(secret: string): Buffer {
  return secret.startsWith('whsec_') ? Buffer.from(secret.slice('whsec_'.length), 'base64') : Buffer.from(secret)
}
