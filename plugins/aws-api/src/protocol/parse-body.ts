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
