/** The artifact bucket over HTTP: the part of S3 that workers use, over the server's own artifact store. */
import { randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { pipeline } from 'node:stream/promises'
import { isArtifactError, type Logger, ObjectVersions, type ServerServices, senderKnown } from '@penstock/core'
import { HungUp } from '../http/read-body.js'
import { closingHeaders, discardRest } from '../http/unread.js'
import { ApiError } from '../protocol/api-error.js'
import { signable } from '../sigv4/canonical.js'
import { claimOf } from '../sigv4/claim.js'
import { Refused } from '../sigv4/refused.js'
import { type Caller, checkSignature, identify } from '../sigv4/verify.js'
import { chooseVerb } from './choose-verb.js'
import { checkHeaders } from './refused-headers.js'
import { routeOf } from './route.js'
import { S3Error } from './s3-error.js'
import type { S3Answer, S3Request } from './s3-request.js'
import type { Uploads } from './uploads.js'
import { inS3Words } from './words.js'
import { xmlDocument } from './xml.js'

export type BucketServices = Pick<ServerServices, 'identity' | 'clock' | 'access' | 'artifacts'>

export class ArtifactBucket {
  private readonly versions: ObjectVersions

  constructor(
    private readonly server: BucketServices,
    private readonly uploads: Uploads,
    private readonly log: Logger,
    /** How long a body may be silent, milliseconds. */
    private readonly patience = 60_000,
  ) {
    this.versions = new ObjectVersions(server.artifacts)
  }

  /** Answers one request; never throws. */
  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const requestId = randomBytes(8).toString('hex').toUpperCase()
    try {
      await send(response, requestId, await this.answer(request))
    } catch (error) {
      const told = this.asS3Error(error, requestId)
      // An object that proves damaged on its way breaks off: the client sees fewer bytes than it was promised.
      if (response.headersSent || response.destroyed) {
        response.destroy()
        return
      }
      await send(response, requestId, errorAnswer(request, requestId, told)).catch(() => response.destroy())
    }
  }

  private async answer(request: IncomingMessage): Promise<S3Answer> {
    const signed = signable(request, this.server.identity.publicUrl)
    const { access, clock, identity, artifacts } = this.server
    const route = routeOf(request, signed.path, identity)
    const verb = chooseVerb(signed.method, route, signed.query)
    const claim = claimOf(request, signed.query)
    const caller = await identify(claim, signed, { region: identity.region, service: 's3' }, access, clock)
    checkSignature(caller, signed, payloadOf(signed.headers, claim.expiresAfter !== undefined))
    senderKnown(request)
    const { principal } = caller.credentials
    const headers = claim.expiresAfter === undefined ? signed.headers : withHoisted(signed.headers, signed.query)
    checkHeaders(signed.method, headers, identity)
    const from: S3Request = {
      request,
      route,
      query: signed.query,
      headers,
      caller,
      identity,
      artifacts,
      versions: this.versions,
      clock,
      uploads: this.uploads,
      patience: this.patience,
      allows: (action, resource) => access.allows(principal, action, resource),
    }
    return this.audited(caller, route, () => verb(from))
  }

  private async audited(
    caller: Caller,
    { bucket, key }: { readonly bucket?: string; readonly key?: string },
    act: () => Promise<S3Answer>,
  ): Promise<S3Answer> {
    const target = `arn:aws:s3:::${bucket}${key === undefined ? '' : `/${key}`}`
    const note = (operation: string, result: string) =>
      this.server.access
        .audit({ principal: caller.credentials.principal.arn, operation, target, result })
        .catch((error) => this.log.error('The audit log could not be written', { operation, error: String(error) }))
    try {
      const answer = await act()
      if (answer.changed !== undefined) await note(answer.changed, 'ok')
      return answer
    } catch (error) {
      if (error instanceof S3Error && error.code === 'AccessDenied') await note('s3', 'AccessDenied')
      throw error
    }
  }

  private asS3Error(error: unknown, requestId: string): S3Error {
    if (error instanceof S3Error) return error
    if (error instanceof Refused) return inS3Words(error.refusal)
    if (error instanceof URIError) return new S3Error('InvalidURI', "Couldn't parse the specified URI.", 400)
    if (error instanceof ApiError) return new S3Error('EntityTooLarge', error.message, 400)
    const code = (error as NodeJS.ErrnoException | undefined)?.code
    if (isArtifactError(error) && error.code === 'ArtifactKeyInvalid')
      return new S3Error('InvalidURI', error.message, 400)
    if (code === 'ArtifactStoreFull' || code === 'ENOSPC') {
      this.log.error('The artifact store is full', { requestId })
      return new S3Error('ServiceUnavailable', 'The artifact store is full.', 507)
    }
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
    // A client that hangs up is no failure of the server's.
    const hungUp = error instanceof HungUp || code === 'ECONNRESET' || code === 'ERR_STREAM_PREMATURE_CLOSE'
    this.log[hungUp ? 'debug' : 'error']('A request to the artifact bucket failed', { requestId, error: text })
    return new S3Error('InternalError', 'We encountered an internal error. Please try again.', 500)
  }
}

/**
 * A presigned URL may say in its query what else a header says (encryption, metadata). Not so checksums: SDKs presign that of a
 * body that is not there yet.
 */
function withHoisted(headers: ReadonlyMap<string, string>, query: URLSearchParams): ReadonlyMap<string, string> {
  const all = new Map(headers)
  for (const [name, value] of query) {
    const said = /^x-amz-(server-side-encryption|meta-|acl$|tagging$|object-lock-|grant-|expected-bucket-owner$)/i.test(
      name,
    )
    if (said && !all.has(name.toLowerCase())) all.set(name.toLowerCase(), value)
  }
  return all
}

/** What stands for the body in the signature. Errors: InvalidRequest. */
function payloadOf(headers: ReadonlyMap<string, string>, presigned: boolean): string {
  const given = headers.get('x-amz-content-sha256') ?? (presigned ? 'UNSIGNED-PAYLOAD' : undefined)
  if (given !== undefined && /^([0-9a-f]{64}|[A-Z0-9-]{1,64})$/.test(given)) return given
  throw new S3Error('InvalidRequest', 'Missing required header for this request: x-amz-content-sha256', 400)
}

function errorAnswer(request: IncomingMessage, requestId: string, error: S3Error): S3Answer {
  const tree = { Code: error.code, Message: error.message, ...error.more.elements, RequestId: requestId }
  const headers = { 'content-type': 'application/xml', ...error.more.headers }
  return { status: error.status, headers, body: request.method === 'HEAD' ? '' : xmlDocument('Error', tree, '') }
}

async function send(response: ServerResponse, requestId: string, answer: S3Answer): Promise<void> {
  const { req: request } = response
  const { body = '' } = answer
  const counted = typeof body === 'string' && !hasLength(request, answer)
  response.writeHead(answer.status, {
    'x-amz-request-id': requestId,
    ...(counted ? { 'content-length': Buffer.byteLength(body) } : {}),
    ...answer.headers,
    ...closingHeaders(response),
  })
  if (typeof body !== 'string') return await pipeline(body, response)
  response.end(body)
  await discardRest(request)
}

/** HEAD tells the object's own length; 204 and 304 none. */
function hasLength(request: IncomingMessage, answer: S3Answer): boolean {
  const own = answer.headers?.['content-length'] !== undefined
  return answer.status === 204 || answer.status === 304 || (own && request.method === 'HEAD')
}
