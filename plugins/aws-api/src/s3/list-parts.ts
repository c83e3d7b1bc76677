import { objectOf } from './route.js'
import { invalidArgument, noSuchUpload } from './s3-error.js'
import { permit, type S3Verb } from './s3-request.js'
import type { Part } from './uploads.js'
import { xmlDocument } from './xml.js'

const mostAtOnce = 1000

/** GET ?uploadId: the parts that are there, by number, in pages. Errors: AccessDenied, NoSuchUpload, InvalidArgument. */
export const listParts: S3Verb = async (from) => {
  const at = objectOf(from.route)
  permit(from, 's3:PutObject')
  const id = from.query.get('uploadId') ?? ''
  const upload = await from.uploads.find(id, at)
  if (upload.completed !== undefined) throw noSuchUpload()
  const after = whole(from.query.get('part-number-marker') ?? '0', 'part-number-marker')
  const limit = Math.min(whole(from.query.get('max-parts') ?? String(mostAtOnce), 'max-parts'), mostAtOnce)
  // One more tells whether there are more.
  const parts = await from.uploads.parts(id, at, after, limit + 1)
  const shown = parts.slice(0, limit)
  const body = xmlDocument('ListPartsResult', {
    Bucket: at.bucket,
    Key: at.key,
    UploadId: id,
    PartNumberMarker: after,
    NextPartNumberMarker: shown.at(-1)?.number ?? 0,
    MaxParts: limit,
    IsTruncated: shown.length < parts.length,
    ChecksumAlgorithm: upload.checksumAlgorithm,
    ChecksumType: upload.checksumType,
    Part: shown.map(described),
    StorageClass: 'STANDARD',
  })
  return { status: 200, headers: { 'content-type': 'application/xml' }, body }
}

function described({ number, modified, etag, size, checksums }: Part) {
  const sums = [...checksums].map(([name, value]) => [`Checksum${name.toUpperCase()}`, value] as const)
  const time = new Date(modified).toISOString()
  return { PartNumber: number, LastModified: time, ETag: `"${etag}"`, Size: size, ...Object.fromEntries(sums) }
}

function whole(text: string, name: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text)
  throw invalidArgument(`${name} must be an integer between 0 and 2147483647.`)
}
