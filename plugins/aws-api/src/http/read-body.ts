import type { IncomingMessage } from 'node:http'
import { ApiError } from '../protocol/api-error.js'

/** The client is gone: nobody is left to be answered, and nothing is wrong here. */
export class HungUp extends Error {
  override readonly name = 'HungUp'
}

/**
 * The whole body, at most `limit` bytes.
 * Errors: RequestEntityTooLargeException (413), HungUp.
 */
export function readBody(request: IncomingMessage, limit: number): Promise<Buffer> {
  if (Number(request.headers['content-length'] ?? 0) > limit) return Promise.reject(tooLarge(limit))
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = []
    let size = 0
    request.on('data', (piece: Buffer) => {
      size += piece.length
      if (size > limit) reject(tooLarge(limit))
      else pieces.push(piece)
    })
    request.once('end', () => resolve(Buffer.concat(pieces, size)))
    const gone = () => reject(new HungUp('the client hung up before its request was complete'))
    request.once('error', gone)
    request.once('aborted', gone)
  })
}

/** The answer to more than is taken. */
export function tooLarge(limit: number): ApiError {
  return new ApiError('RequestEntityTooLargeException', `The request is larger than ${limit} bytes.`, 413)
}
