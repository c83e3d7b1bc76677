import { encryptionHeaders, metadataOf } from './object-headers.js'
import { objectOf } from './route.js'
import { permit, type S3Verb } from './s3-request.js'
import { xmlDocument } from './xml.js'

/** POST ?uploads: begins a multipart upload. Errors: AccessDenied, MetadataTooLarge. */
export const createUpload: S3Verb = async (from) => {
  const at = objectOf(from.route)
  permit(from, 's3:PutObject')
  const metadata = metadataOf(from.headers)
  const id = await from.uploads.create(at, metadata, from.clock.now())
  const headers: Record<string, string> = { 'content-type': 'application/xml', ...encryptionHeaders(metadata) }
  for (const name of ['x-amz-checksum-algorithm', 'x-amz-checksum-type']) {
    const value = from.headers.get(name)
    if (value !== undefined) headers[name] = value
  }
  const tree = { Bucket: at.bucket, Key: at.key, UploadId: id }
  return { status: 200, headers, body: xmlDocument('InitiateMultipartUploadResult', tree) }
}
