/**
 * Encryption at rest. An encrypted object is `magic`, 32 random bytes of salt, and pieces of 64 KiB, each sealed by itself
 * with AES-256-GCM so that a range can be read from its middle. Every object has a key of its own (HKDF of the server's
 * key and the salt), so a piece's number is nonce enough. Each seal covers the object's location, and whether the piece is
 * the last one: pieces cannot be moved, swapped between objects or cut off unnoticed.
 */
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'
import type { ArtifactLocation } from '../../domain/artifact.js'
import { ArtifactError } from '../../domain/artifact-error.js'

export const magic = Buffer.from('PENSTOCK-SEALED1')
const saltSize = 32
const tagSize = 16
/** Bytes in front of the first piece. */
export const headerSize = magic.length + saltSize
/** Of plain bytes in a piece. */
export const pieceSize = 64 * 1024
/** Of a full piece with its seal. */
export const sealedSize = pieceSize + tagSize

/** Seals and opens the pieces of one object. */
export class ObjectCipher {
  private readonly key: Buffer
  private readonly context: Buffer

  private constructor(
    masterKey: Buffer,
    readonly salt: Buffer,
    at: ArtifactLocation,
  ) {
    this.key = Buffer.from(hkdfSync('sha256', masterKey, salt, 'penstock artifact', 32))
    this.context = Buffer.from(`${at.bucket}/${at.key}`)
  }

  /** For an object that is to be written. */
  static create(masterKey: Buffer, at: ArtifactLocation): ObjectCipher {
    return new ObjectCipher(masterKey, randomBytes(saltSize), at)
  }

  /** For an object whose first `headerSize` bytes were read. */
  static open(masterKey: Buffer, header: Buffer, at: ArtifactLocation): ObjectCipher {
    return new ObjectCipher(masterKey, header.subarray(magic.length, headerSize), at)
  }

  header(): Buffer {
    return Buffer.concat([magic, this.salt])
  }

  /** The sealed piece, in two parts. */
  seal(plain: Buffer, index: number, last: boolean): readonly [Buffer, Buffer] {
    const cipher = createCipheriv('aes-256-gcm', this.key, nonce(index))
    cipher.setAAD(this.aad(last))
    // GCM is a stream cipher: all comes out of `update`.
    const sealed = cipher.update(plain)
    cipher.final()
    return [sealed, cipher.getAuthTag()]
  }

  /** Errors: ArtifactInvalid when the piece, its place or the key is not what it was sealed with. */
  unseal(sealed: Buffer, index: number, last: boolean): Buffer {
    const decipher = createDecipheriv('aes-256-gcm', this.key, nonce(index), { authTagLength: tagSize })
    decipher.setAAD(this.aad(last))
    try {
      decipher.setAuthTag(sealed.subarray(sealed.length - tagSize))
      const plain = decipher.update(sealed.subarray(0, sealed.length - tagSize))
      decipher.final()
      return plain
    } catch {
      const message = `the object '${this.context}' cannot be decrypted: it was changed on the disk, or sealed with another key`
      throw new ArtifactError('ArtifactInvalid', message)
    }
  }

  private aad(last: boolean): Buffer {
    return Buffer.concat([this.context, Buffer.from([last ? 1 : 0])])
  }
}

function nonce(index: number): Buffer {
  const bytes = Buffer.alloc(12)
  bytes.writeUIntBE(index, 6, 6)
  return bytes
}

/** How many pieces a sealed file of this size holds: one at least, for an empty object. */
export function pieceCount(fileSize: number): number {
  return Math.max(1, Math.ceil((fileSize - headerSize) / sealedSize))
}

/** The object's size, from its sealed file's. Errors: ArtifactInvalid when no such file can be whole. */
export function plainSize(fileSize: number): number {
  const size = fileSize - headerSize - pieceCount(fileSize) * tagSize
  if (size < 0) throw new ArtifactError('ArtifactInvalid', 'a sealed object is cut off')
  return size
}
