import type { IncomingMessage } from 'node:http'
import { isIP } from 'node:net'
import { type ArtifactLocation, type ServerIdentity, versionsPrefix } from '@penstock/core'
import { isSignatureV2 } from '../sigv4/claim.js'
import { S3Error } from './s3-error.js'
import { uploadsPrefix } from './uploads.js'

export type Place = Pick<ServerIdentity, 'bucket' | 'publicUrl'>

/** What a request is about; no `key` when it is about the bucket itself, no `bucket` when about all of them. */
export interface Route {
  readonly bucket?: string
  readonly key?: string
}

/** True for what is signed for S3, or is about the artifact bucket without being signed at all. */
export function isS3Request(request: IncomingMessage, place: Place): boolean {
  const url = request.url ?? '/'
  if (request.headers.authorization?.includes('/s3/aws4_request')) return true
  if (isSignatureV2(request)) return true
  if (/[?&]X-Amz-Credential=[^&]*(%2F|\/)s3(%2F|\/)aws4_request/i.test(url)) return true
  return bucketOfHost(request, place) === place.bucket || new RegExp(`^/${place.bucket}(?:[/?]|$)`).test(url)
}

/** Reads bucket and key from the host or from the path. Errors: InvalidURI, InvalidBucketName, KeyTooLongError. */
export function routeOf(request: IncomingMessage, path: string, place: Place): Route {
  const ofHost = bucketOfHost(request, place)
  const decoded = decode(path).slice(1)
  const cut = decoded.indexOf('/')
  const bucket = ofHost ?? (cut < 0 ? decoded : decoded.slice(0, cut))
  const key = ofHost === undefined ? (cut < 0 ? '' : decoded.slice(cut + 1)) : decoded
  if (bucket === '' && key !== '') throw new S3Error('InvalidBucketName', 'The path names no bucket.', 400)
  if (bucket === '') return {}
  if (!/^[A-Za-z0-9][A-Za-z0-9.-]{1,61}[A-Za-z0-9]$/.test(bucket) || bucket.includes('..')) {
    throw new S3Error('InvalidBucketName', 'The specified bucket is not valid.', 400)
  }
  if (key === '') return { bucket }
  checkKey(key)
  return { bucket, key }
}

/** The full location of an object. Errors: MethodNotAllowed when the request names none. */
export function objectOf(route: Route): ArtifactLocation {
  if (route.bucket === undefined || route.key === undefined) {
    throw new S3Error('MethodNotAllowed', 'The specified method is not allowed against this resource.', 405)
  }
  return { bucket: route.bucket, key: route.key }
}

function decode(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    throw new S3Error('InvalidURI', "Couldn't parse the specified URI.", 400)
  }
}

function checkKey(key: string): void {
  if (Buffer.byteLength(key) > 1024) throw new S3Error('KeyTooLongError', 'Your key is too long', 400)
  // An artifact store may be a folder of files: what would lead out of it, or be no name there, is no key here.
  const bad = key.includes('\0') || key.split('/').some((part) => part === '' || part === '.' || part === '..')
  if (bad) throw new S3Error('InvalidURI', "The key must not hold empty parts, '.', '..' or NUL.", 400)
  if (key.startsWith(uploadsPrefix)) {
    throw new S3Error('InvalidURI', `Keys that begin with ${uploadsPrefix} are those of unfinished uploads.`, 400)
  }
  if (key.startsWith(versionsPrefix))
    throw new S3Error('InvalidURI', `Keys that begin with ${versionsPrefix} are those of older versions.`, 400)
}

/** `bucket.localhost` and `bucket.PUBLIC-HOST` name the bucket before the path does (virtual-host style). */
function bucketOfHost(request: IncomingMessage, place: Place): string | undefined {
  const host = (request.headers.host ?? '').replace(/:\d+$/, '').toLowerCase()
  if (host.startsWith('[') || isIP(host) !== 0) return undefined
  for (const base of ['localhost', new URL(place.publicUrl).hostname]) {
    if (isIP(base) === 0 && host.endsWith(`.${base}`)) return host.slice(0, -base.length - 1)
  }
  return undefined
}
