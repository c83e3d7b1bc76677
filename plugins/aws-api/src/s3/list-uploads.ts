import { checkBucket, checkBucketIsThere } from './bucket.js'
import type { S3Verb } from './s3-request.js'
import { xmlDocument } from './xml.js'

const mostAtOnce = 1000

/** GET ?uploads: multipart uploads on their way, by their ids. Errors: AccessDenied, NoSuchBucket. */
export const listUploads: S3Verb = async (from) => {
  checkBucket(from)
  await checkBucketIsThere(from)
  const bucket = String(from.route.bucket)
  const { job } = from.caller.credentials
  const prefix = from.query.get('prefix') ?? ''
  const limit = Math.min(Number(from.query.get('max-uploads') ?? mostAtOnce) || mostAtOnce, mostAtOnce)
  const shown: { Key: string; UploadId: string; Initiated: string; StorageClass: string }[] = []
  let truncated = false
  for await (const { id, upload } of from.uploads.pending(bucket, from.query.get('upload-id-marker') ?? '')) {
    const { key: Key } = upload.at
    if (!Key.startsWith(prefix) || (job && !job.writable.includes(`${bucket}/${Key}`))) continue
    truncated = shown.length === limit
    if (truncated) break
    const Initiated = new Date(upload.started).toISOString()
    shown.push({ Key, UploadId: id, Initiated, StorageClass: 'STANDARD' })
  }
  const end = shown.at(-1)
  const body = xmlDocument('ListMultipartUploadsResult', {
    Bucket: bucket,
    Prefix: prefix,
    KeyMarker: from.query.get('key-marker') ?? '',
    UploadIdMarker: from.query.get('upload-id-marker') ?? '',
    NextKeyMarker: truncated ? end?.Key : undefined,
    NextUploadIdMarker: truncated ? end?.UploadId : undefined,
    MaxUploads: limit,
    IsTruncated: truncated,
    Upload: shown,
  })
  return { status: 200, headers: { 'content-type': 'application/xml' }, body }
}
