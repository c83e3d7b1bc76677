import { objectOf } from './route.js'
import { permit, type S3Verb, storing } from './s3-request.js'

/** DELETE of an object; succeeds when there is none. A job may delete nothing. Errors: AccessDenied. */
export const deleteObject: S3Verb = async (from) => {
  const at = objectOf(from.route)
  permit(from, 's3:DeleteObject')
  await storing(from).delete(at)
  return { status: 204, changed: 's3:DeleteObject' }
}
