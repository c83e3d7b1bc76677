import { headerChecksums, incomingBody } from './incoming-body.js'
import { encryptionHeaders, withDigests } from './object-headers.js'
import { objectOf } from './route.js'
import { invalidArgument, noSuchUpload, notImplemented } from './s3-error.js'
import { permit, type S3Verb } from './s3-request.js'
import { mostParts } from './uploads.js'

/** PUT ?partNumber&uploadId: one part, in any order. Errors: AccessDenied, NoSuchUpload, InvalidArgument, what the body has. */
export const uploadPart: S3Verb = async (from) => {
  const at = objectOf(from.route)
  if (from.headers.has('x-amz-copy-source')) throw notImplemented('copying parts')
  permit(from, 's3:PutObject')
  const number = Number(from.query.get('partNumber') || Number.NaN)
  if (!Number.isInteger(number) || number < 1 || number > mostParts) {
    throw invalidArgument(`Part number must be an integer between 1 and ${mostParts}, inclusive`)
  }
  const id = from.query.get('uploadId') ?? ''
  const upload = await from.uploads.find(id, at)
  if (upload.completed !== undefined) throw noSuchUpload()
  const body = incomingBody(from)
  try {
    const etag = await from.uploads.putPart(id, at, number, body.stream, headerChecksums(from.headers))
    const found = withDigests({}, body.stream.checksums())
    return { status: 200, headers: { etag: `"${etag}"`, ...encryptionHeaders(upload.metadata), ...found } }
  } catch (error) {
    throw body.failure() ?? error
  } finally {
    body.stream.destroy()
  }
}
