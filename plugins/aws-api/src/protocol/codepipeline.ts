/** One request of CodePipeline's JSON protocol, from its bytes to its answer. */
import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { CallContext, Credentials, Logger, ServedOperation, ServerServices } from '@penstock/core'
import { readBody } from '../http/read-body.js'
import { signable } from '../sigv4/canonical.js'
import { claimOf } from '../sigv4/claim.js'
import { hexSha256 } from '../sigv4/signing-key.js'
import { checkSignature, identify } from '../sigv4/verify.js'
import { asApiError, send, sendError } from './answer.js'
import { ApiError } from './api-error.js'
import { encode } from './encode.js'
import { parseBody, unpacked } from './parse-body.js'
import { waitHeader, waitOf } from './wait.js'

export type ApiServices = Pick<ServerServices, 'identity' | 'clock' | 'operations' | 'access' | 'workers'>

export interface ApiOptions {
  /** Bytes that a request may have. */
  readonly maxRequestBytes: number
}

/** True for what speaks AWS's JSON protocol, whatever service it means. */
export function isJsonRequest(request: IncomingMessage): boolean {
  if (request.method !== 'POST') return false
  if (request.headers['x-amz-target'] !== undefined) return true
  return request.headers['content-type']?.startsWith('application/x-amz-json') === true
}

/** Serves AWS's operations and Penstock's own over `POST /`. */
export class CodePipelineApi {
  constructor(
    private readonly server: ApiServices,
    private readonly log: Logger,
    private readonly options: ApiOptions,
  ) {}

  /** Answers one request; never throws. */
  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const requestId = randomUUID()
    try {
      const operation = this.target(request)
      const { credentials, body } = await this.authenticate(request)
      const json = await unpacked(body, request.headers['content-encoding'], this.options.maxRequestBytes)
      const context = contextOf(request, response, this.server)
      const answer = await operation.call(credentials, parseBody(json), context)
      send(response, requestId, 200, operation.silent ? '' : encode(answer))
    } catch (error) {
      sendError(response, requestId, asApiError(error, requestId, this.log))
    }
  }

  /** Who signed the request. The body is read only once the key is known. Errors: Refused, ApiError. */
  private async authenticate(request: IncomingMessage): Promise<{ credentials: Credentials; body: Buffer }> {
    const signed = signable(request, this.server.identity.publicUrl)
    const claim = claimOf(request, signed.query)
    const { access, clock, identity } = this.server
    const caller = await identify(claim, signed, { region: identity.region, service: 'codepipeline' }, access, clock)
    const body = await readBody(request, this.options.maxRequestBytes)
    checkSignature(caller, signed, hexSha256(body))
    return { credentials: caller.credentials, body }
  }

  private target(request: IncomingMessage): ServedOperation {
    const named = String(request.headers['x-amz-target'] ?? '')
    const dot = named.indexOf('.')
    const service = services.get(named.slice(0, Math.max(0, dot)))
    const operation = service && this.server.operations.find(service, named.slice(dot + 1))
    if (operation) return operation
    throw new ApiError(
      'UnknownOperationException',
      "X-Amz-Target must be CodePipeline_20150709. and an operation's name.",
    )
  }
}

/** What `X-Amz-Target` has before the dot, and whose operations those are. */
const services: ReadonlyMap<string, string> = new Map([
  ['CodePipeline_20150709', 'codepipeline'],
  ['Penstock_20240101', 'penstock'],
])

/** The signal is made when it is asked for: few calls wait, and each that is made must be aborted. */
function contextOf(request: IncomingMessage, response: ServerResponse, { workers }: ApiServices): CallContext {
  const header = request.headers[waitHeader]
  const milliseconds = waitOf(Array.isArray(header) ? header.join(', ') : header)
  let controller: AbortController | undefined
  const wait = {
    milliseconds,
    get signal() {
      if (controller === undefined) {
        const made = new AbortController()
        response.once('close', () => made.abort())
        controller = made
      }
      return controller.signal
    },
  }
  return { wait, whenJobs: (look, found) => (milliseconds === 0 ? look() : workers.whenJobs(look, found, wait)) }
}
