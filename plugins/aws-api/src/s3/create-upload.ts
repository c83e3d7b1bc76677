import { defined } from '@penstock/core'
import { encryptionHeaders, metadataOf } from './object-headers.js'
import { objectOf } from './route.js'
import { permit, type S3Verb } from './s3-request.js'
import { xmlDocument } from './xml.js'

/** POST ?uploads: begins a multipart upload. Errors: AccessDenied, MetadataTooLarge, NotImplemented. */
export const createUpload: S3Verb = async (from) => {
  const at = objectOf(from.route)
  permit(from, 's3:PutObject')
  const metadata = metadataOf(from.headers)
  const algorithm = from.headers.get('x-amz-checksum-algorithm')
  const type = from.headers.get('x-amz-checksum-type')
  const id = await from.uploads.create({
    at,
    metadata,
    started: from.clock.now(),
    ...defined({ checksumAlgorithm: algorithm, checksumType: type }),
  })
  const headers: Record<string, string> = { 'content-type': 'application/xml', ...encryptionHeaders(metadata) }
  if (algorithm !== undefined) headers['x-amz-checksum-algorithm'] = algorithm
  if (type !== undefined) headers['x-amz-checksum-type'] = type
  const tree = { Bucket: at.bucket, Key: at.key, UploadId: id }
  return { status: 200, headers, body: xmlDocument('InitiateMultipartUploadResult', tree) }
}
