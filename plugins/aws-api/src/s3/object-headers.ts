/** What a client says of an object when it stores it, and hears again when it reads it. */
import type { StoredObject } from '@penstock/core'
import { S3Error } from './s3-error.js'

const kept = new Set([
  'content-type',
  'content-disposition',
  'content-language',
  'cache-control',
  'expires',
  'x-amz-server-side-encryption',
  'x-amz-server-side-encryption-aws-kms-key-id',
  'x-amz-server-side-encryption-bucket-key-enabled',
])
/** Where an object's multipart ETag is kept, which no store can work out again. */
const etagName = 'penstock-etag'
/** Where the version's id is kept, in buckets that keep versions. */
const versionIdName = 'penstock-version-id'
const mostUserMetadata = 2048

/** The headers to keep with an object. Errors: MetadataTooLarge. */
export function metadataOf(headers: ReadonlyMap<string, string>): Record<string, string> {
  const metadata: Record<string, string> = {}
  let size = 0
  for (const [name, value] of headers) {
    const own = name.startsWith('x-amz-meta-')
    if (own) size += name.length + value.length
    if (own || kept.has(name)) metadata[name] = value
  }
  if (size > mostUserMetadata) {
    throw new S3Error('MetadataTooLarge', 'Your metadata headers exceed the maximum allowed metadata size', 400)
  }
  const encoding = (headers.get('content-encoding') ?? '').split(',').map((part) => part.trim())
  const real = encoding.filter((part) => part !== '' && part !== 'aws-chunked').join(',')
  if (real !== '') metadata['content-encoding'] = real
  return metadata
}

/** Adds the checksums that were found true, and a multipart upload's ETag. */
export function withDigests(
  metadata: Readonly<Record<string, string>>,
  checksums: Iterable<readonly [string, string]>,
  etag?: string,
): Record<string, string> {
  const result = { ...metadata }
  for (const [name, value] of checksums) result[`x-amz-checksum-${name}`] = value
  if (etag !== undefined) result[etagName] = etag
  return result
}

/** The ETag as it is shown, in quotes. */
export function etagOf(object: StoredObject): string {
  return `"${object.metadata[etagName] ?? object.etag}"`
}

/** The encryption that was asked for, echoed in the answer to a write. */
export function encryptionHeaders(metadata: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(metadata).filter(([name]) => name.startsWith('x-amz-server-side-encryption')),
  )
}

/** The version that was made of a write, where the bucket keeps versions. */
export function versionHeader({ versionId }: { readonly versionId?: string }): Record<string, string> {
  return versionId === undefined || versionId === 'null' ? {} : { 'x-amz-version-id': versionId }
}

/** All headers of an object but its length. Checksums are of the whole object, and only told when asked for. */
export function headersOf(object: StoredObject, withChecksums: boolean): Record<string, string> {
  const headers: Record<string, string> = {
    'accept-ranges': 'bytes',
    'content-type': 'binary/octet-stream',
    etag: etagOf(object),
    'last-modified': new Date(object.modified).toUTCString(),
  }
  for (const [name, value] of Object.entries(object.metadata)) {
    if (name === versionIdName) headers['x-amz-version-id'] = value
    if (name === etagName || name === versionIdName || (name.startsWith('x-amz-checksum-') && !withChecksums)) continue
    headers[name] = value
  }
  return headers
}
