import type { ArtifactLocation, ArtifactStore } from '@penstock/core'
import { namesEtag, preconditionFailed } from './conditions.js'
import { etagOf } from './object-headers.js'
import { noSuchKey, notImplemented, S3Error } from './s3-error.js'
import type { S3Request } from './s3-request.js'

/** Objects that are being written under a condition: of two such writes at a time, both would find it to hold. */
const writing = new WeakMap<ArtifactStore, Set<string>>()

/**
 * Writes if what If-None-Match: * or If-Match say is so.
 * Errors: PreconditionFailed (412), NoSuchKey, ConditionalRequestConflict (409), NotImplemented; those of `write`.
 */
export async function conditionally<T>(from: S3Request, at: ArtifactLocation, write: () => Promise<T>): Promise<T> {
  const [none, match] = [from.headers.get('if-none-match'), from.headers.get('if-match')]
  if (none === undefined && match === undefined) return write()
  if (none !== undefined && none !== '*') throw notImplemented('If-None-Match of a write with anything but *')
  const busy = writing.get(from.artifacts) ?? new Set()
  writing.set(from.artifacts, busy)
  const name = `${at.bucket}/${at.key}`
  if (busy.has(name)) {
    const message = 'The conditional request cannot succeed due to a conflicting operation against this resource.'
    throw new S3Error('ConditionalRequestConflict', message, 409, { elements: { Key: at.key } })
  }
  busy.add(name)
  try {
    await check(from, at, none, match)
    return await write()
  } finally {
    busy.delete(name)
  }
}

async function check(from: S3Request, at: ArtifactLocation, none?: string, match?: string): Promise<void> {
  const there = await from.artifacts.head(at)
  if (none !== undefined && there) throw preconditionFailed('If-None-Match')
  if (match === undefined) return
  if (!there) throw noSuchKey(at.key)
  if (!namesEtag(match, etagOf(there))) throw preconditionFailed('If-Match')
}
