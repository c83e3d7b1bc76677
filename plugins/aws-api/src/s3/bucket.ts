/** The little that clients ask of the bucket itself. */
import { notImplemented, S3Error } from './s3-error.js'
import { permit, type S3Request, type S3Verb } from './s3-request.js'
import { xmlDocument } from './xml.js'

/** HEAD of a bucket. Errors: AccessDenied, NoSuchBucket. */
export const headBucket: S3Verb = async (from) => {
  checkBucket(from)
  return { status: 200, headers: { 'x-amz-bucket-region': from.identity.region } }
}

/** GET of a bucket: its location, and that it keeps no versions. Errors: AccessDenied, NoSuchBucket, NotImplemented. */
export const getBucket: S3Verb = async (from) => {
  checkBucket(from)
  if (from.query.has('location')) return xml('LocationConstraint', from.identity.region)
  if (from.query.has('versioning')) return xml('VersioningConfiguration', '')
  throw notImplemented('listing: an artifact is found by the key that its job names')
}

function checkBucket(from: S3Request): void {
  permit(from, 's3:ListBucket')
  // A job's objects may lie in a bucket that only its pipeline names.
  if (from.caller.credentials.job || from.route.bucket === from.identity.bucket) return
  throw new S3Error('NoSuchBucket', 'The specified bucket does not exist', 404, {
    elements: { BucketName: String(from.route.bucket) },
  })
}

function xml(root: string, text: string) {
  const body = xmlDocument(root, {}).replace(`></${root}>`, `>${text}</${root}>`)
  return { status: 200, headers: { 'content-type': 'application/xml' }, body }
}
