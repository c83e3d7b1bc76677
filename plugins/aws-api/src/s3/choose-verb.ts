import { abortUpload } from './abort-upload.js'
import { getBucket, headBucket } from './bucket.js'
import { completeUpload } from './complete-upload.js'
import { createUpload } from './create-upload.js'
import { deleteObject } from './delete-object.js'
import { getObject } from './get-object.js'
import { listParts } from './list-parts.js'
import { putObject } from './put-object.js'
import type { Route } from './route.js'
import { notImplemented, S3Error } from './s3-error.js'
import type { S3Verb } from './s3-request.js'
import { uploadPart } from './upload-part.js'

/** Query members that ask for another resource of an object than itself, and that are not served. */
const subresources = [
  'acl',
  'attributes',
  'legal-hold',
  'object-lock',
  'restore',
  'retention',
  'select',
  'tagging',
  'torrent',
]

/** What a request asks for. Errors: NotImplemented, MethodNotAllowed. */
export function chooseVerb(method: string, { bucket, key }: Route, query: URLSearchParams): S3Verb {
  const other = subresources.find((name) => query.has(name))
  if (other !== undefined) throw notImplemented(`?${other}`)
  if (bucket === undefined) throw notImplemented('listing buckets')
  const verb = key === undefined ? bucketVerb(method) : objectVerb(method, query)
  if (verb) return verb
  throw new S3Error('MethodNotAllowed', 'The specified method is not allowed against this resource.', 405)
}

function bucketVerb(method: string): S3Verb | undefined {
  return method === 'HEAD' ? headBucket : method === 'GET' ? getBucket : undefined
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
