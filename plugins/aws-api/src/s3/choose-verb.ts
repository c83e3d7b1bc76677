import { abortUpload } from './abort-upload.js'
import {
  bucketLocation,
  bucketVersioning,
  createBucket,
  headBucket,
  listBuckets,
  putBucketVersioning,
} from './bucket.js'
import { completeUpload } from './complete-upload.js'
import { createUpload } from './create-upload.js'
import { deleteObject } from './delete-object.js'
import { deleteObjects } from './delete-objects.js'
import { getObject } from './get-object.js'
import { listObjectVersions } from './list-object-versions.js'
import { listObjects } from './list-objects.js'
import { listParts } from './list-parts.js'
import { listUploads } from './list-uploads.js'
import { putObject } from './put-object.js'
import type { Route } from './route.js'
import { notImplemented, S3Error } from './s3-error.js'
import type { S3Verb } from './s3-request.js'
import { uploadPart } from './upload-part.js'

/** Query members that ask for another resource than the object or bucket itself, and that are not served. */
const ofObjects =
  'acl annotation attributes legal-hold object-lock rename renameObject restore retention select tagging torrent'
const ofBuckets =
  'accelerate acl analytics cors encryption intelligent-tiering inventory lifecycle logging metadataConfiguration metadataTable metrics notification object-lock ownershipControls policy policyStatus publicAccessBlock replication requestPayment session tagging website'
const unservedOfObjects = ofObjects.split(' ')
const unservedOfBuckets = ofBuckets.split(' ')

/** What a request asks for. Errors: NotImplemented, MethodNotAllowed. */
export function chooseVerb(method: string, { bucket, key }: Route, query: URLSearchParams): S3Verb {
  const other = (key === undefined ? unservedOfBuckets : unservedOfObjects).find((name) => query.has(name))
  if (other !== undefined) throw notImplemented(`?${other}`)
  const verb =
    key !== undefined ? objectVerb(method, query) : bucket !== undefined ? bucketVerb(method, query) : rootVerb(method)
  if (verb) return verb
  throw new S3Error('MethodNotAllowed', 'The specified method is not allowed against this resource.', 405)
}

function rootVerb(method: string): S3Verb | undefined {
  return method === 'GET' ? listBuckets : undefined
}

function bucketVerb(method: string, query: URLSearchParams): S3Verb | undefined {
  switch (method) {
    case 'HEAD':
      return headBucket
    case 'GET':
      if (query.has('location')) return bucketLocation
      if (query.has('versioning')) return bucketVersioning
      if (query.has('versions')) return listObjectVersions
      return query.has('uploads') ? listUploads : listObjects
    case 'PUT':
      if (query.has('versioning')) return putBucketVersioning
      return createBucket
    case 'POST':
      if (query.has('delete')) return deleteObjects
      throw notImplemented('uploads by HTML forms')
    case 'DELETE':
      throw notImplemented('deleting buckets')
    default:
      return undefined
  }
}

function objectVerb(method: string, query: URLSearchParams): S3Verb | undefined {
  const ofUpload = query.has('uploadId')
  switch (method) {
    case 'HEAD':
      return getObject
    case 'GET':
      return ofUpload ? listParts : getObject
    case 'PUT':
      return ofUpload ? uploadPart : putObject
    case 'POST':
      return query.has('uploads') ? createUpload : ofUpload ? completeUpload : undefined
    case 'DELETE':
      return ofUpload ? abortUpload : deleteObject
    default:
      return undefined
  }
}
