import type { ServerResponse } from 'node:http'
import { isFault, type Logger } from '@penstock/core'
import { HungUp } from '../http/read-body.js'
import { closingHeaders, discardRest } from '../http/unread.js'
import { Refused } from '../sigv4/refused.js'
import { ApiError } from './api-error.js'
import { inJsonWords } from './words.js'

/** Sends JSON, or no body at all, with the request's id. Nothing when the client is gone. */
export function send(response: ServerResponse, requestId: string, status: number, body: string): void {
  if (response.headersSent || response.destroyed) return
  response.writeHead(status, {
    'x-amzn-RequestId': requestId,
    'Content-Type': 'application/x-amz-json-1.1',
    'Content-Length': Buffer.byteLength(body),
    'Cache-Control': 'no-store',
    ...closingHeaders(response),
  })
  response.end(body)
  void discardRest(response.req)
}

/** What is told to the caller of any error: its own fault with its code, ours with no word of what happened. */
export function asApiError(error: unknown, requestId: string, log: Logger): ApiError {
  if (error instanceof ApiError) return error
  if (isFault(error)) {
    if (error.cause !== undefined) log.warn('An API request was refused', { requestId, error: textOf(error.cause) })
    return new ApiError(error.code, error.message)
  }
  if (error instanceof Refused) return inJsonWords(error.refusal)
  if (error instanceof URIError) return new ApiError('SerializationException', 'The request URI is not well-formed.')
  if (error instanceof HungUp) {
    log.debug('A client hung up', { requestId })
    return new ApiError('RequestTimeoutException', error.message, 408)
  }
  log.error('An API request failed inside the server', { requestId, error: textOf(error) })
  const { message, status } = isExposed(error) ? error : { message: 'The request could not be processed', status: 500 }
  const told = `${message}. Its id is ${requestId}.`
  if (status === 503) return new ApiError('ServiceUnavailableException', told, 503)
  return new ApiError('InternalFailure', told, 500)
}

function textOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const text = error.stack ?? error.message
  return error.cause === undefined ? text : `${text}\nbecause of ${textOf(error.cause)}`
}

/** The server's own troubles that callers may know of, such as a full disk. */
function isExposed(error: unknown): error is Error & { readonly status?: number } {
  return error instanceof Error && (error as { expose?: unknown }).expose === true
}

/** The error envelope that every client reads. */
export function sendError(response: ServerResponse, requestId: string, error: ApiError): void {
  send(response, requestId, error.status, JSON.stringify({ __type: error.code, message: error.message }))
}
