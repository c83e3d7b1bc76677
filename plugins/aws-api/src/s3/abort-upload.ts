import { objectOf } from './route.js'
import { noSuchUpload } from './s3-error.js'
import { permit, type S3Verb } from './s3-request.js'

/** DELETE ?uploadId: throws a multipart upload away; one that is finished is none. Errors: AccessDenied, NoSuchUpload. */
export const abortUpload: S3Verb = async (from) => {
  const at = objectOf(from.route)
  permit(from, 's3:PutObject')
  const id = from.query.get('uploadId') ?? ''
  const upload = await from.uploads.find(id, at)
  if (upload.completed !== undefined) throw noSuchUpload()
  await from.uploads.abort(id, at.bucket)
  return { status: 204 }
}
