import { objectOf } from './route.js'
import { permit, type S3Verb } from './s3-request.js'

/** DELETE ?uploadId: throws a multipart upload away. Errors: AccessDenied, NoSuchUpload. */
export const abortUpload: S3Verb = async (from) => {
  const at = objectOf(from.route)
  permit(from, 's3:PutObject')
  const id = from.query.get('uploadId') ?? ''
  await from.uploads.find(id, at)
  await from.uploads.abort(id)
  return { status: 204 }
}
