/** The server's own key: what it encrypts at rest, and what it signs, comes from it. */
import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto'
import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'

export class MasterKey {
  private constructor(private readonly key: Buffer) {}

  /** From a file of 64 hexadecimal digits; made, readable by its owner only, when it is not there. */
  static load(file: string): MasterKey {
    const text = readOrMake(file).trim()
    if (!/^[0-9a-f]{64}$/i.test(text)) {
      throw new Error(
        `${file} must hold 64 hexadecimal digits (32 bytes), such as 'openssl rand -hex 32' prints; it holds ${text.length} characters`,
      )
    }
    return new MasterKey(Buffer.from(text, 'hex'))
  }

  /** AES-256-GCM; `about` (such as an access key's id) is bound to it, so that sealed texts cannot change places. */
  seal(text: string, about: string): string {
    const iv = randomBytes(12)
    const cipher = createCipheriv('aes-256-gcm', this.derive('seal'), iv).setAAD(Buffer.from(about))
    const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
    return `v1.${Buffer.concat([iv, cipher.getAuthTag(), body]).toString('base64url')}`
  }

  /** Errors: when it was sealed with another key or about something else. */
  unseal(sealed: string, about: string): string {
    if (!sealed.startsWith('v1.'))
      throw new Error('a sealed secret must start with v1.: it was written by a newer Penstock')
    const bytes = Buffer.from(sealed.slice(3), 'base64url')
    const decipher = createDecipheriv('aes-256-gcm', this.derive('seal'), bytes.subarray(0, 12)).setAAD(
      Buffer.from(about),
    )
    decipher.setAuthTag(bytes.subarray(12, 28))
    return Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString('utf8')
  }

  /** HMAC-SHA256 under a key for this purpose alone. */
  sign(purpose: string, text: string): Buffer {
    return createHmac('sha256', this.derive(purpose)).update(text).digest()
  }

  /** What a database remembers of its key: sixteen hexadecimal digits that give nothing of it away. */
  get mark(): string {
    return this.sign('master key', 'mark').toString('hex').slice(0, 16)
  }

  private derive(purpose: string): Buffer {
    return Buffer.from(hkdfSync('sha256', this.key, '', `penstock ${purpose}`, 32))
  }
}

function readOrMake(file: string): string {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  try {
    writePrivate(file, `${randomBytes(32).toString('hex')}\n`)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
  return readFileSync(file, 'utf8')
}

/** Writes a new file that only its owner can read, and makes it durable. Errors: EEXIST when there is one. */
export function writePrivate(file: string, text: string): void {
  const handle = openSync(file, 'wx', 0o600)
  try {
    writeSync(handle, text)
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}
