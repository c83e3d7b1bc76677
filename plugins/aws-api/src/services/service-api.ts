/** Requests that are signed for another service than CodePipeline or S3: a plugin's, or one that nobody provides. */
import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import {
  isServiceError,
  type Logger,
  type ServerServices,
  type ServiceOperation,
  type ServiceProvider,
} from '@penstock/core'
import { readBody } from '../http/read-body.js'
import { closingHeaders, discardRest } from '../http/unread.js'
import { asApiError } from '../protocol/answer.js'
import { ApiError } from '../protocol/api-error.js'
import { isJsonRequest } from '../protocol/codepipeline.js'
import { encode } from '../protocol/encode.js'
import { parseBody, unpacked } from '../protocol/parse-body.js'
import { type Signable, signable } from '../sigv4/canonical.js'
import { claimOf } from '../sigv4/claim.js'
import { hexSha256 } from '../sigv4/signing-key.js'
import { type Caller, checkSignature, identify } from '../sigv4/verify.js'
import { fromForm, queryAnswer, queryError } from './query.js'
import { byPath } from './rest.js'
import { scopeServiceOf } from './scope.js'

export type ServiceApiServices = Pick<ServerServices, 'identity' | 'clock' | 'operations' | 'access' | 'plugins'>

/** True for what is signed for a service that has no protocol of its own here. */
export function isOtherService(request: IncomingMessage): boolean {
  const service = scopeServiceOf(request)
  return service !== undefined && service !== 'codepipeline' && service !== 's3'
}

type Style = 'json' | 'query' | 'rest' | 'rest-xml'

interface Asked {
  readonly operation: ServiceOperation<never>
  readonly input: unknown
}

export class ServiceApi {
  constructor(
    private readonly server: ServiceApiServices,
    private readonly log: Logger,
    private readonly options: { readonly maxRequestBytes: number },
  ) {}

  /** Answers one request; never throws. */
  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const requestId = randomUUID()
    const name = scopeServiceOf(request) ?? ''
    const provider = this.server.plugins.services?.().find((one) => one.name === name)
    try {
      if (!provider) throw this.unknownService(name, styleOf(request, name))
      const { caller, body, signed } = await this.authenticate(request, name)
      const { operation, input } = asked(provider, request, signed, body)
      const answer = await this.server.operations.serve(name, operation).call(caller.credentials, input)
      this.send(response, requestId, 200, answerOf(provider, operation.name, answer, requestId))
    } catch (error) {
      const told = isServiceError(error) ? error : asApiError(error, requestId, this.log)
      const style = provider ? provider.protocol.kind : styleOf(request, name)
      const status =
        style !== 'json' && /^(AccessDenied|.*Signature|Unrecognized|Expired)/.test(told.code) ? 403 : told.status
      this.send(response, requestId, status, errorOf(style, name, told, requestId))
    }
  }

  private unknownService(name: string, style: Style): ApiError {
    const provided = this.server.plugins.services?.().map((one) => one.name) ?? []
    const code = style === 'query' ? 'InvalidAction' : 'UnknownOperationException'
    const message =
      `This server does not answer '${name}', but ${['codepipeline', 's3', ...provided].join(', ')}. ` +
      'Set AWS_ENDPOINT_URL_CODEPIPELINE and AWS_ENDPOINT_URL_S3 instead of AWS_ENDPOINT_URL to reach other services elsewhere.'
    return new ApiError(code, message, style.startsWith('rest') ? 404 : 400)
  }

  /** Some services are signed for us-east-1 wherever they are. Errors: Refused, ApiError. */
  private async authenticate(
    request: IncomingMessage,
    service: string,
  ): Promise<{ caller: Caller; body: Buffer; signed: Signable }> {
    const signed = signable(request, this.server.identity.publicUrl)
    const claim = claimOf(request, signed.query)
    const { access, clock, identity } = this.server
    const region = claim.scope.region === 'us-east-1' ? 'us-east-1' : identity.region
    const caller = await identify(claim, signed, { region, service }, access, clock)
    const body = await readBody(request, this.options.maxRequestBytes)
    checkSignature(caller, signed, hexSha256(body))
    return {
      caller,
      body: await unpacked(body, request.headers['content-encoding'], this.options.maxRequestBytes),
      signed,
    }
  }

  private send(
    response: ServerResponse,
    requestId: string,
    status: number,
    { type, text, headers = {} }: Written,
  ): void {
    if (response.headersSent || response.destroyed) return
    response.writeHead(status, {
      'x-amzn-RequestId': requestId,
      'Content-Type': type,
      'Content-Length': Buffer.byteLength(text),
      'Cache-Control': 'no-store',
      ...headers,
      ...closingHeaders(response),
    })
    response.end(text)
    void discardRest(response.req)
  }
}

interface Written {
  readonly type: string
  readonly text: string
  readonly headers?: Readonly<Record<string, string>>
}

/** Services of AWS whose REST answers are XML. */
const xmlServices: ReadonlySet<string> = new Set(['route53', 'cloudfront', 's3-outposts', 's3-object-lambda'])

/** What an unknown service's client most likely reads. */
function styleOf(request: IncomingMessage, service: string): Style {
  if (isJsonRequest(request)) return 'json'
  const form = request.headers['content-type']?.startsWith('application/x-www-form-urlencoded') === true
  if (form || /[?&]Action=/.test(request.url ?? '')) return 'query'
  return xmlServices.has(service) ? 'rest-xml' : 'rest'
}

/** Errors: ApiError when there is no such operation. */
function asked(provider: ServiceProvider, request: IncomingMessage, signed: Signable, body: Buffer): Asked {
  const { protocol, operations, name } = provider
  if (protocol.kind === 'rest') {
    const found = byPath(provider, request.method ?? 'GET', signed.path)
    if (!found) throw unknown('UnknownOperationException', `${name} has nothing at ${signed.path}.`, 404)
    const fields = Object.fromEntries([...signed.query].filter(([key]) => !key.startsWith('X-Amz-')))
    return { operation: found.operation, input: { ...(parseBody(body) as object), ...fields, ...found.labels } }
  }
  const form =
    protocol.kind === 'query' ? new Map([...signed.query, ...new URLSearchParams(body.toString('utf8'))]) : undefined
  const prefix = protocol.kind === 'json' ? `${protocol.targetPrefix}.` : ''
  const action = form ? (form.get('Action') ?? '') : String(request.headers['x-amz-target'] ?? '')
  const operation = operations.find((one) => `${prefix}${one.name}` === action)
  if (!operation)
    throw unknown(form ? 'InvalidAction' : 'UnknownOperationException', `${name} has no operation '${action}'.`)
  return { operation, input: form ? fromForm(operation.input, form) : parseBody(body) }
}

const unknown = (code: string, message: string, status = 400) => new ApiError(code, message, status)

function answerOf({ protocol }: ServiceProvider, name: string, answer: object | void, requestId: string): Written {
  if (protocol.kind === 'query')
    return { type: 'text/xml', text: queryAnswer(name, answer, protocol.namespace, requestId) }
  const type = protocol.kind === 'json' ? `application/x-amz-json-${protocol.version}` : 'application/json'
  return { type, text: encode(answer) }
}

function errorOf(
  style: Style,
  service: string,
  error: { code: string; message: string; status: number },
  requestId: string,
): Written {
  const { code, message, status } = error
  if (style === 'query' || style === 'rest-xml')
    return { type: 'text/xml', text: queryError(service, queryCodes[code] ?? code, message, status, requestId) }
  if (style === 'json') return { type: 'application/x-amz-json-1.1', text: JSON.stringify({ __type: code, message }) }
  return { type: 'application/json', text: JSON.stringify({ message }), headers: { 'x-amzn-ErrorType': code } }
}

/** Query's names for what the server itself says; a service's own codes are its own affair. */
const queryCodes: Readonly<Record<string, string>> = {
  AccessDeniedException: 'AccessDenied',
  ExpiredTokenException: 'ExpiredToken',
  IncompleteSignatureException: 'IncompleteSignature',
  InvalidSignatureException: 'SignatureDoesNotMatch',
  MissingAuthenticationTokenException: 'MissingAuthenticationToken',
  UnrecognizedClientException: 'InvalidClientTokenId',
  ValidationException: 'ValidationError',
}
