import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { type Crc64, crc32c, crc64nvme } from './crc.js'

/** Takes bytes as they come, and answers their digest once. */
export interface Digest {
  update(data: Uint8Array): void
  digest(): Buffer
}

/** As in `x-amz-checksum-NAME`. */
export const checksumNames = ['crc32', 'crc32c', 'crc64nvme', 'sha1', 'sha256'] as const
export type ChecksumName = (typeof checksumNames)[number]

/** The header that carries a checksum. */
export const checksumHeader = (name: ChecksumName) => `x-amz-checksum-${name}`

const sizes: Readonly<Record<ChecksumName, number>> = { crc32: 4, crc32c: 4, crc64nvme: 8, sha1: 20, sha256: 32 }

/** Whether a text can be such a checksum, in base64; also one made of the parts' checksums (`...-3`). */
export function isChecksum(name: ChecksumName, text: string): boolean {
  const base64 = text.replace(/-\d{1,5}$/, '')
  const bytes = Buffer.from(base64, 'base64')
  return bytes.length === sizes[name] && bytes.toString('base64') === base64
}

export function newDigest(name: ChecksumName | 'md5'): Digest {
  switch (name) {
    case 'crc32':
      return cyclic(crc32)
    case 'crc32c':
      return cyclic(crc32c)
    case 'crc64nvme':
      return cyclic64()
    default: {
      const hash = createHash(name)
      return { update: (data) => void hash.update(data), digest: () => hash.digest() }
    }
  }
}

function cyclic(step: (data: Uint8Array, before?: number) => number): Digest {
  let value = 0
  return {
    update(data) {
      value = step(data, value)
    },
    digest() {
      const result = Buffer.alloc(4)
      result.writeUInt32BE(value)
      return result
    },
  }
}

function cyclic64(): Digest {
  let value: Crc64 = { high: 0, low: 0 }
  return {
    update(data) {
      value = crc64nvme(data, value)
    },
    digest() {
      const result = Buffer.alloc(8)
      result.writeUInt32BE(value.high, 0)
      result.writeUInt32BE(value.low, 4)
      return result
    },
  }
}
