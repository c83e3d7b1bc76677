import { pipeline } from 'node:stream'
import { defined } from '@penstock/core'
import { AwsChunked } from './aws-chunked.js'
import { CheckedBody, type Promised } from './checked-body.js'
import { type ChecksumName, checksumHeader, checksumNames, isChecksum } from './checksums.js'
import { invalidArgument, notImplemented, S3Error } from './s3-error.js'
import type { S3Request } from './s3-request.js'

/** S3's own limit for one request; larger objects come in parts. */
const mostBytes = 5 * 1024 ** 3

/** A body on its way in: without its framing, and failing at its end if it is not what its headers promised. */
export interface IncomingBody {
  readonly stream: CheckedBody
  /** What went wrong with the body itself, whatever the reader of the stream made of it. */
  failure(): Error | undefined
}

/**
 * Opens a request's body for reading.
 * Errors: MissingContentLength, EntityTooLarge, InvalidDigest, InvalidRequest, NotImplemented for a payload kind unknown here.
 */
export function incomingBody(from: S3Request): IncomingBody {
  const payload = from.headers.get('x-amz-content-sha256') ?? 'UNSIGNED-PAYLOAD'
  const chunked = payload.startsWith('STREAMING-') ? newChunked(from, payload) : undefined
  const checked = new CheckedBody(promisedBy(from, payload, chunked))
  let problem: Error | undefined
  const ended = (error: Error | null | undefined) => {
    problem ??= error ?? undefined
  }
  // A body that is refused is not the end of its request: what is left of it must be read, or the answer may be lost.
  const source = from.request.iterator({ destroyOnReturn: false })
  giveUpOnSilence(from, checked)
  if (chunked) pipeline(source, chunked, checked, ended)
  else pipeline(source, checked, ended)
  for (const stream of [chunked, checked]) stream?.once('error', ended)
  return { stream: checked, failure: () => problem }
}

/** A connection over which nothing comes keeps an unfinished file and a descriptor: not for ever. */
function giveUpOnSilence({ request, patience }: S3Request, checked: CheckedBody): void {
  request.setTimeout(patience, () => {
    const message = 'Your socket connection to the server was not read from or written to within the timeout period.'
    checked.destroy(new S3Error('RequestTimeout', message, 400))
  })
  // What comes after the body, such as a long sync, takes its time.
  request.once('end', () => request.setTimeout(0))
}

function newChunked(from: S3Request, payload: string): AwsChunked {
  switch (payload) {
    case 'STREAMING-UNSIGNED-PAYLOAD-TRAILER':
      return new AwsChunked(undefined)
    case 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD':
    case 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER':
      return new AwsChunked(from.caller)
    default:
      throw notImplemented(`the payload ${payload.slice(0, 60)}`)
  }
}

function promisedBy({ headers }: S3Request, payload: string, chunked: AwsChunked | undefined): Promised {
  const length = lengthOf(headers.get(chunked ? 'x-amz-decoded-content-length' : 'content-length'))
  const md5 = headers.get('content-md5')
  if (md5 !== undefined && Buffer.from(md5, 'base64').length !== 16) {
    throw new S3Error('InvalidDigest', 'The Content-MD5 you specified is not valid.', 400)
  }
  const inTrailer = trailerNames(headers.get('x-amz-trailer'))
  if (inTrailer.length > 0 && !chunked) throw invalidArgument('x-amz-trailer needs an aws-chunked body.')
  return {
    length,
    checksums: headerChecksums(headers),
    inTrailer,
    ...defined({ md5 }),
    ...(/^[0-9a-f]{64}$/.test(payload) ? { sha256: payload } : {}),
    ...(chunked ? { trailers: chunked.trailers } : {}),
  }
}

function lengthOf(header: string | undefined): number {
  if (header === undefined || !/^\d{1,15}$/.test(header)) {
    throw new S3Error('MissingContentLength', 'You must provide the Content-Length HTTP header.', 411)
  }
  const length = Number(header)
  if (length > mostBytes) {
    throw new S3Error('EntityTooLarge', 'Your proposed upload exceeds the maximum allowed size', 400)
  }
  return length
}

/** The checksums that a request's headers give. Errors: InvalidRequest for what is no checksum. */
export function headerChecksums(headers: ReadonlyMap<string, string>): Map<ChecksumName, string> {
  const checksums = new Map<ChecksumName, string>()
  for (const name of checksumNames) {
    const value = headers.get(checksumHeader(name))
    if (value === undefined) continue
    if (!isChecksum(name, value)) {
      throw new S3Error('InvalidRequest', `Value for ${checksumHeader(name)} header is invalid.`, 400)
    }
    checksums.set(name, value)
  }
  return checksums
}

function trailerNames(header: string | undefined): ChecksumName[] {
  if (header === undefined) return []
  return header.split(',').map((given) => {
    const name = checksumNames.find((each) => checksumHeader(each) === given.trim().toLowerCase())
    if (!name) throw invalidArgument('x-amz-trailer names a header that is no checksum known here.')
    return name
  })
}
