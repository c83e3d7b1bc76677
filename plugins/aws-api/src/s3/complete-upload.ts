import { createHash } from 'node:crypto'
import { pipeline } from 'node:stream'
import { CheckedBody } from './checked-body.js'
import { type ChecksumName, checksumNames, newDigest } from './checksums.js'
import { conditionally } from './conditional-write.js'
import { headerChecksums } from './incoming-body.js'
import { matchingParts, namedParts } from './named-parts.js'
import { encryptionHeaders, versionHeader, withDigests } from './object-headers.js'
import { objectOf } from './route.js'
import { S3Error } from './s3-error.js'
import { permit, type S3Request, type S3Verb, storing } from './s3-request.js'
import type { Completed, Part, Upload } from './uploads.js'
import { xmlDocument } from './xml.js'

/**
 * POST ?uploadId: makes the object of its parts. Errors: AccessDenied, NoSuchUpload, InvalidPart, InvalidPartOrder,
 * EntityTooSmall, MalformedXML, BadDigest, those of a condition.
 */
export const completeUpload: S3Verb = async (from) => {
  const at = objectOf(from.route)
  permit(from, 's3:PutObject')
  const id = from.query.get('uploadId') ?? ''
  const named = await namedParts(from)
  const upload = await from.uploads.find(id, at)
  const assembled = async () => assemble(from, id, upload, await matchingParts(from, id, upload, named))
  const {
    etag,
    checksums,
    versionId = 'null',
  } = upload.completed ?? (await from.uploads.complete(id, upload, () => conditionally(from, at, assembled)))
  const sums = Object.entries(checksums).map(([name, value]) => [`Checksum${name.toUpperCase()}`, value] as const)
  return {
    status: 200,
    headers: {
      'content-type': 'application/xml',
      ...versionHeader({ versionId }),
      ...encryptionHeaders(upload.metadata),
    },
    body: xmlDocument('CompleteMultipartUploadResult', {
      Location: `${from.identity.publicUrl}/${at.bucket}/${at.key.split('/').map(encodeURIComponent).join('/')}`,
      Bucket: at.bucket,
      Key: at.key,
      ETag: `"${etag}"`,
      ...Object.fromEntries(sums),
    }),
    changed: 's3:PutObject',
  }
}

async function assemble(from: S3Request, id: string, upload: Upload, parts: readonly Part[]): Promise<Completed> {
  checkSize(from, parts)
  const etag = multipartEtag(parts)
  const whole = wholeChecksums(from)
  const checksums = { ...composite(upload, parts), ...Object.fromEntries(whole) }
  const source = from.uploads.bytes(id, upload.at, parts)
  const body = new CheckedBody({ checksums: whole, inTrailer: [] })
  let problem: Error | undefined
  pipeline(source, body, (error) => {
    problem = error ?? undefined
  })
  const metadata = withDigests(upload.metadata, Object.entries(checksums), etag)
  try {
    const stored = await storing(from).put(upload.at, body, metadata, { etag })
    return { etag, checksums, versionId: stored.versionId }
  } catch (error) {
    throw problem ?? error
  } finally {
    body.destroy()
  }
}

/** What the client takes the whole for, when it says so. Errors: InvalidRequest. */
function checkSize(from: S3Request, parts: readonly Part[]): void {
  const said = from.headers.get('x-amz-mp-object-size')
  const size = parts.reduce((sum, part) => sum + part.size, 0)
  if (said === undefined || Number(said) === size) return
  throw new S3Error('InvalidRequest', `x-amz-mp-object-size is ${said}, but the parts have ${size} bytes.`, 400)
}

/** Checksums of the whole object. Those made of the parts' checksums (`...-3`) say nothing beyond what the parts said. */
function wholeChecksums(from: S3Request): Map<ChecksumName, string> {
  return new Map([...headerChecksums(from.headers)].filter(([, value]) => !/-\d+$/.test(value)))
}

/** S3's checksum of checksums, of those that every part has; an upload that says FULL_OBJECT wants none. */
function composite(upload: Upload, parts: readonly Part[]): Record<string, string> {
  if (upload.checksumType === 'FULL_OBJECT') return {}
  const found: Record<string, string> = {}
  for (const name of checksumNames) {
    const each = parts.map((part) => part.checksums.get(name))
    if (!each.every((value) => value !== undefined)) continue
    const digest = newDigest(name)
    for (const value of each) digest.update(Buffer.from(value, 'base64'))
    found[name] = `${digest.digest().toString('base64')}-${parts.length}`
  }
  return found
}

/** S3's: the MD5 of all MD5s, and how many there were. */
function multipartEtag(parts: readonly Part[]): string {
  const hash = createHash('md5')
  for (const { etag } of parts) hash.update(Buffer.from(etag, 'hex'))
  return `${hash.digest('hex')}-${parts.length}`
}
