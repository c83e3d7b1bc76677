import { readBody } from '../http/read-body.js'
import { hexSha256 } from '../sigv4/signing-key.js'
import { notImplemented, S3Error } from './s3-error.js'
import type { S3Request } from './s3-request.js'

/**
 * A small body, whole, and the one that was signed. Errors: XAmzContentSHA256Mismatch, EntityTooLarge, NotImplemented for an
 * aws-chunked one.
 */
export async function readSignedBody(from: S3Request, limit: number): Promise<Buffer> {
  const payload = from.headers.get('x-amz-content-sha256') ?? 'UNSIGNED-PAYLOAD'
  if (payload.startsWith('STREAMING-')) throw notImplemented('aws-chunked documents')
  const body = await readBody(from.request, limit)
  if (payload === 'UNSIGNED-PAYLOAD' || payload === hexSha256(body)) return body
  throw new S3Error(
    'XAmzContentSHA256Mismatch',
    "The provided 'x-amz-content-sha256' header does not match what was computed.",
    400,
  )
}
