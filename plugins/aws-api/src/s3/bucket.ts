/** The little that clients ask of buckets themselves. */
import { stat } from 'node:fs/promises'
import { accessDenied, notImplemented, S3Error } from './s3-error.js'
import { permit, type S3Request, type S3Verb } from './s3-request.js'
import { xmlDocument } from './xml.js'

/** GET of the root: the one bucket that there always is. Errors: AccessDenied. */
export const listBuckets: S3Verb = async ({ identity, caller, allows }) => {
  if (caller.credentials.job || !allows('s3:ListAllMyBuckets', '*')) throw accessDenied()
  // The bucket came with the data folder.
  const made = await stat(identity.dataFolder).catch(() => undefined)
  const CreationDate = new Date(made?.birthtimeMs ?? 0).toISOString()
  const body = xmlDocument('ListAllMyBucketsResult', {
    Owner: { ID: identity.accountId, DisplayName: identity.accountId },
    Buckets: { Bucket: [{ Name: identity.bucket, CreationDate }] },
  })
  return { status: 200, headers: { 'content-type': 'application/xml' }, body }
}

/** HEAD of a bucket. Errors: AccessDenied, NoSuchBucket. */
export const headBucket: S3Verb = async (from) => {
  checkBucket(from)
  await checkBucketIsThere(from)
  return { status: 200, headers: { 'x-amz-bucket-region': from.identity.region } }
}

/** GET ?location. Errors: AccessDenied, NoSuchBucket. */
export const bucketLocation: S3Verb = async (from) => {
  checkBucket(from)
  await checkBucketIsThere(from)
  // S3's first region has no name there; every client knows.
  return xml('LocationConstraint', from.identity.region === 'us-east-1' ? '' : from.identity.region)
}

/** GET ?versioning: versions are not kept. Errors: AccessDenied, NoSuchBucket. */
export const bucketVersioning: S3Verb = async (from) => {
  checkBucket(from)
  await checkBucketIsThere(from)
  return xml('VersioningConfiguration', '')
}

/** PUT of a bucket: the one there is need not be made, and no other can be. Errors: always one. */
export const createBucket: S3Verb = async (from) => {
  checkBucket(from)
  const BucketName = String(from.route.bucket)
  if (BucketName !== from.identity.bucket) throw notImplemented(`making buckets: ${from.identity.bucket} is there`)
  const message = 'Your previous request to create the named bucket succeeded and you already own it.'
  throw new S3Error('BucketAlreadyOwnedByYou', message, 409, { elements: { BucketName } })
}

/** Errors: AccessDenied. */
export function checkBucket(from: S3Request): void {
  permit(from, 's3:ListBucket')
}

/** The server's own bucket always is; another, which a pipeline names, when it holds something. Errors: NoSuchBucket. */
export async function checkBucketIsThere({ route, identity, caller, artifacts }: S3Request): Promise<void> {
  const bucket = String(route.bucket)
  // A job's objects may lie in a bucket that only its pipeline names.
  if (caller.credentials.job || bucket === identity.bucket) return
  if (((await artifacts.list?.(bucket, { limit: 1 })) ?? []).length > 0) return
  throw new S3Error('NoSuchBucket', 'The specified bucket does not exist', 404, { elements: { BucketName: bucket } })
}

function xml(root: string, text: string) {
  const body = xmlDocument(root, {}).replace(`></${root}>`, `>${text}</${root}>`)
  return { status: 200, headers: { 'content-type': 'application/xml' }, body }
}
