import { createHash } from 'node:crypto'
import type { ArtifactLocation } from '../../domain/artifact.js'
import { ArtifactError } from '../../domain/artifact-error.js'

const longestKey = 1024
const longestName = 255

/** Checks that a location names a file inside the store and nothing else. Errors: ArtifactKeyInvalid, naming the field. */
export function checkLocation({ bucket, key }: ArtifactLocation): void {
  checkBucket(bucket)
  const problem = keyProblem(key)
  if (problem !== undefined) throw invalid(`key '${key}' ${problem}`)
}

/** Errors: ArtifactKeyInvalid. */
export function checkBucket(bucket: string): void {
  // S8; it begins with a letter or digit, so that the store's own folders, which begin with a dot, are never buckets.
  if (!/^[a-zA-Z0-9][a-zA-Z0-9.-]{1,61}[a-zA-Z0-9]$/.test(bucket) || bucket.includes('..')) {
    throw invalid(`bucket '${bucket}' must be 3 to 63 letters, digits, '-' and '.', a letter or digit first and last`)
  }
}

function keyProblem(key: string): string | undefined {
  if (key === '') return 'is empty: 1 to 1024 bytes are allowed'
  if (Buffer.byteLength(key) > longestKey) return `has more than ${longestKey} bytes`
  if (key.includes('\0')) return 'holds a NUL character'
  const parts = key.split('/')
  if (parts.includes('')) return "has an empty part: no '/' at its ends, nor two in a row"
  if (parts.includes('.') || parts.includes('..')) return "has a part '.' or '..', which a folder cannot hold"
  if (parts.some((part) => Buffer.byteLength(part) > longestName)) return `has a part of more than ${longestName} bytes`
  return undefined
}

function invalid(message: string): ArtifactError {
  return new ArtifactError('ArtifactKeyInvalid', message)
}

/** Where what is known about an object is kept, below the notes' folder: hashed, since any key may be another's prefix. */
export function notePath({ bucket, key }: ArtifactLocation): string {
  const hash = createHash('sha256').update(key).digest('hex')
  return `${bucket}/${hash.slice(0, 2)}/${hash}.json`
}
