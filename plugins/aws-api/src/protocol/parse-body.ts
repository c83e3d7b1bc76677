import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { tooLarge } from '../http/read-body.js'
import { ApiError } from './api-error.js'

const utf8 = new TextDecoder('utf-8', { fatal: true })

/** The JSON value in a body; an empty body is an empty object. Errors: SerializationException. */
export function parseBody(body: Buffer): unknown {
  if (body.length === 0) return {}
  try {
    return JSON.parse(utf8.decode(body))
  } catch {
    // What JSON.parse says quotes the body, which may hold a secret.
    throw new ApiError('SerializationException', 'The request body is not a JSON object in UTF-8.')
  }
}

/**
 * The body as it was before it was compressed, at most `limit` bytes of it; AWS's clients can be told to compress.
 * Errors: SerializationException, RequestEntityTooLargeException.
 */
export async function unpacked(body: Buffer, encoding: string | undefined, limit: number): Promise<Buffer> {
  if (encoding === undefined || encoding === 'identity') return body
  if (encoding !== 'gzip') {
    throw new ApiError('SerializationException', "The request's Content-Encoding must be gzip, or not be there.")
  }
  try {
    return await promisify(gunzip)(body, { maxOutputLength: limit })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(limit)
    throw new ApiError('SerializationException', 'The request body is not in gzip format, as its header says.')
  }
}
