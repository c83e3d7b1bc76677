import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'
import type { Ctx } from '../site.js'

const mark = 'sealed:'

/**
 * Closes texts that a page has to carry and nobody shall read in it: secrets that were typed, and not saved yet. The
 * key is drawn from the session's own secret, so the server keeps nothing, and another session cannot open them.
 */
export class Seal {
  private readonly key: Buffer

  constructor(session: string) {
    this.key = Buffer.from(hkdfSync('sha256', session, '', 'penstock editor', 32))
  }

  /** `sealed:` and base64url of nonce, tag and AES-256-GCM's answer. */
  close(text: string): string {
    const nonce = randomBytes(12)
    const cipher = createCipheriv('aes-256-gcm', this.key, nonce)
    const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
    return mark + Buffer.concat([nonce, cipher.getAuthTag(), body]).toString('base64url')
  }

  /** What was closed; undefined when this session did not close it. */
  open(sealed: string): string | undefined {
    const bytes = Buffer.from(sealed.slice(mark.length), 'base64url')
    try {
      const decipher = createDecipheriv('aes-256-gcm', this.key, bytes.subarray(0, 12))
      decipher.setAuthTag(bytes.subarray(12, 28))
      return decipher.update(bytes.subarray(28), undefined, 'utf8') + decipher.final('utf8')
    } catch {
      return undefined
    }
  }
}

/** True for what `close` answers. */
export function isSealed(text: string): boolean {
  return text.startsWith(mark)
}

/** The seal of the caller's session. Errors: a defect when a route was mounted before the session's middleware. */
export function sealOf(ctx: Ctx): Seal {
  if (!ctx.state.session) throw new Error('this page was reached without a session')
  return new Seal(ctx.state.session)
}
