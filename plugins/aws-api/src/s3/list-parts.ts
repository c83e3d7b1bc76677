import { objectOf } from './route.js'
import { permit, type S3Verb } from './s3-request.js'
import { xmlDocument } from './xml.js'

const mostAtOnce = 1000

/** GET ?uploadId: the parts that are there, by number, in pages. Errors: AccessDenied, NoSuchUpload. */
export const listParts: S3Verb = async (from) => {
  const at = objectOf(from.route)
  permit(from, 's3:PutObject')
  const id = from.query.get('uploadId') ?? ''
  const upload = await from.uploads.find(id, at)
  const after = Number(from.query.get('part-number-marker') ?? 0)
  const limit = Math.min(Number(from.query.get('max-parts') ?? mostAtOnce) || mostAtOnce, mostAtOnce)
  const rest =
    upload.completed === undefined ? (await from.uploads.parts(id)).filter((part) => part.number > after) : []
  const shown = rest.slice(0, limit)
  const body = xmlDocument('ListPartsResult', {
    Bucket: at.bucket,
    Key: at.key,
    UploadId: id,
    PartNumberMarker: after,
    NextPartNumberMarker: shown.at(-1)?.number ?? 0,
    MaxParts: limit,
    IsTruncated: shown.length < rest.length,
    Part: shown.map((part) => ({
      PartNumber: part.number,
      LastModified: new Date(part.modified).toISOString(),
      ETag: `"${part.etag}"`,
      Size: part.size,
    })),
  })
  return { status: 200, headers: { 'content-type': 'application/xml' }, body }
}
