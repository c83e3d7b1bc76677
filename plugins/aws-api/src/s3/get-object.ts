import { Readable } from 'node:stream'
import type { StoredObject } from '@penstock/core'
import { checkConditions } from './conditions.js'
import { etagOf, headersOf } from './object-headers.js'
import { type Range, rangeOf } from './range.js'
import { objectOf } from './route.js'
import { invalidArgument, noSuchKey, S3Error } from './s3-error.js'
import { permit, type S3Request, type S3Verb } from './s3-request.js'
import { mostParts } from './uploads.js'

/** GET and HEAD of an object, whole or one range of it. Errors: AccessDenied, NoSuchKey, InvalidRange, PreconditionFailed. */
export const getObject: S3Verb = async (from) => {
  const at = objectOf(from.route)
  const versionId = from.query.get('versionId') ?? undefined
  permit(from, versionId === undefined || from.caller.credentials.job ? 's3:GetObject' : 's3:GetObjectVersion')
  const object = await from.versions.head(at, versionId)
  if (!object) throw versionId === undefined ? noSuchKey(at.key) : noSuchVersion()
  const etag = etagOf(object)
  if (checkConditions(from.headers, etag, object.modified) === 'not modified') {
    return { status: 304, headers: { etag, 'last-modified': new Date(object.modified).toUTCString() } }
  }
  const range = wantedOf(from, object.size)
  const headers = answerHeaders(from, object, range)
  const status = range ? 206 : 200
  if (from.request.method === 'HEAD') return { status, headers }
  const found = await from.versions.get(at, versionId, range)
  if (!found) throw noSuchKey(at.key)
  const body = found.body instanceof Readable ? found.body : new Readable().wrap(found.body)
  if (found.size !== object.size || etagOf(found) !== etag) {
    body.destroy()
    throw new S3Error('SlowDown', 'The object was replaced while it was opened. Please try again.', 503)
  }
  return { status, headers, body }
}

function answerHeaders(
  from: S3Request,
  object: StoredObject,
  range: Range | undefined,
): Record<string, string | number> {
  const wanted = from.headers.get('x-amz-checksum-mode') ?? from.query.get('x-amz-checksum-mode')
  const length = range ? range.end - range.start + 1 : object.size
  const headers: Record<string, string | number> = {
    ...headersOf(object, wanted?.toUpperCase() === 'ENABLED' && !range),
    'content-length': length,
  }
  if (range) headers['content-range'] = `bytes ${range.start}-${range.end}/${object.size}`
  for (const name of ['content-type', 'content-disposition', 'cache-control', 'content-encoding']) {
    const value = from.query.get(`response-${name}`)
    // A line break would be a header of its own.
    if (value !== null && /^[\x20-\x7e]*$/.test(value)) headers[name] = value
  }
  return headers
}

/** A range, or a part by its number: every object counts as one part. Errors: InvalidRange, InvalidPartNumber, InvalidArgument. */
function wantedOf(from: S3Request, size: number): Range | undefined {
  const part = from.query.get('partNumber')
  if (part === null) return rangeOf(from.headers.get('range'), size)
  if (from.headers.has('range')) {
    throw new S3Error('InvalidRequest', 'Cannot specify both Range header and partNumber query parameter', 400)
  }
  if (!/^[1-9]\d{0,4}$/.test(part) || Number(part) > mostParts) {
    throw invalidArgument(`Part number must be an integer between 1 and ${mostParts}, inclusive`)
  }
  if (part !== '1') throw new S3Error('InvalidPartNumber', 'The requested partnumber is not satisfiable', 416)
  return size === 0 ? undefined : { start: 0, end: size - 1 }
}

function noSuchVersion(): S3Error {
  return new S3Error('NoSuchVersion', 'The specified version does not exist.', 404)
}
