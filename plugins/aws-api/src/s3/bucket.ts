/** The little that clients ask of buckets themselves. */
import { stat } from 'node:fs/promises'
import { accessDenied, malformedXml, S3Error } from './s3-error.js'
import { permit, type S3Request, type S3Verb } from './s3-request.js'
import { readSignedBody } from './signed-body.js'
import { textOf, xmlDocument } from './xml.js'

const mostXml = 64 * 1024

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

/** GET ?versioning. Errors: AccessDenied, NoSuchBucket. */
export const bucketVersioning: S3Verb = async (from) => {
  checkBucket(from)
  await checkBucketIsThere(from)
  const status = await from.versions.versioning(String(from.route.bucket))
  return xml('VersioningConfiguration', status === undefined ? '' : `<Status>${status}</Status>`)
}

/** PUT ?versioning, of buckets that were made: what sources read has to be there for as long as executions name it. Errors: AccessDenied, NoSuchBucket, MalformedXML, InvalidBucketState. */
export const putBucketVersioning: S3Verb = async (from) => {
  permitOperator(from, 's3:PutBucketVersioning')
  await checkBucketIsThere(from)
  const bucket = String(from.route.bucket)
  const text = (await readSignedBody(from, mostXml)).toString('utf8')
  const status = textOf(text, 'Status')
  if (status !== 'Enabled' && status !== 'Suspended') throw malformedXml()
  if (bucket === from.identity.bucket)
    throw new S3Error(
      'InvalidBucketState',
      'The artifact bucket keeps one version of each object: make a bucket for sources.',
      409,
    )
  await from.versions.setVersioning(bucket, status)
  return { status: 200, changed: 's3:PutBucketVersioning' }
}

/** PUT of a bucket, for sources that are uploaded. Errors: AccessDenied, BucketAlreadyOwnedByYou. */
export const createBucket: S3Verb = async (from) => {
  permitOperator(from, 's3:CreateBucket')
  const BucketName = String(from.route.bucket)
  if (BucketName !== from.identity.bucket && (await from.versions.create(BucketName)))
    return { status: 200, headers: { location: `/${BucketName}` }, changed: 's3:CreateBucket' }
  const message = 'Your previous request to create the named bucket succeeded and you already own it.'
  throw new S3Error('BucketAlreadyOwnedByYou', message, 409, { elements: { BucketName } })
}

/** A job may make and change no bucket. Errors: AccessDenied. */
function permitOperator(from: S3Request, action: string): void {
  if (from.caller.credentials.job) throw accessDenied()
  permit(from, action)
}

/** Errors: AccessDenied. */
export function checkBucket(from: S3Request): void {
  permit(from, 's3:ListBucket')
}

/** The server's own bucket always is; another, which a pipeline names, when it holds something. Errors: NoSuchBucket. */
export async function checkBucketIsThere({ route, identity, caller, artifacts, versions }: S3Request): Promise<void> {
  const bucket = String(route.bucket)
  // A job's objects may lie in a bucket that only its pipeline names.
  if (caller.credentials.job || bucket === identity.bucket) return
  if (await versions.isThere(bucket)) return
  if (((await artifacts.list?.(bucket, { limit: 1 })) ?? []).length > 0) return
  throw new S3Error('NoSuchBucket', 'The specified bucket does not exist', 404, { elements: { BucketName: bucket } })
}

function xml(root: string, text: string) {
  const body = xmlDocument(root, {}).replace(`></${root}>`, `>${text}</${root}>`)
  return { status: 200, headers: { 'content-type': 'application/xml' }, body }
}
