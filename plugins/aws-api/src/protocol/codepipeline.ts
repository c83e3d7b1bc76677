/** One request of CodePipeline's JSON protocol, from its bytes to its answer. */
import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AuditEntry, Credentials, Logger, ServerServices } from '@penstock/core'
import { Arns } from '../arn.js'
import { readBody } from '../http/read-body.js'
import { read } from '../model/reader.js'
import type { CallContext } from '../operation.js'
import { signable } from '../sigv4/canonical.js'
import { claimOf } from '../sigv4/claim.js'
import { hexSha256 } from '../sigv4/signing-key.js'
import { checkSignature, identify } from '../sigv4/verify.js'
import { asApiError, send, sendError } from './answer.js'
import { ApiError } from './api-error.js'
import { auditDetail } from './audit-detail.js'
import { authorize } from './authorize.js'
import { encode } from './encode.js'
import { type Endpoint, endpointOf } from './endpoint.js'
import { parseBody, unpacked } from './parse-body.js'
import { waitHeader, waitOf } from './wait.js'

export type ApiServices = Pick<ServerServices, 'identity' | 'clock' | 'operations' | 'access' | 'workers' | 'logs'>

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

/** Serves CodePipeline's operations over `POST /`. */
export class CodePipelineApi {
  private readonly arns: Arns

  constructor(
    private readonly server: ApiServices,
    private readonly log: Logger,
    private readonly options: ApiOptions,
  ) {
    this.arns = new Arns(server.identity)
  }

  /** Answers one request; never throws. */
  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const requestId = randomUUID()
    try {
      const operation = target(request)
      const { credentials, body } = await this.authenticate(request)
      const json = await unpacked(body, request.headers['content-encoding'], this.options.maxRequestBytes)
      const input = read(operation.input, parseBody(json))
      const answer = await this.perform(operation, credentials, input, contextOf(request, response, this.server))
      send(response, requestId, 200, operation.silent ? '' : encode(answer))
    } catch (error) {
      sendError(response, requestId, asApiError(error, requestId, this.log))
    }
  }

  /** Who signed the request. The body is read only once the key is known. Errors: Refused, ApiError. */
  private async authenticate(request: IncomingMessage): Promise<{ credentials: Credentials; body: Buffer }> {
    const signed = signable(request)
    const claim = claimOf(request, signed.query)
    const { access, clock, identity } = this.server
    const caller = await identify(claim, signed, { region: identity.region, service: 'codepipeline' }, access, clock)
    const body = await readBody(request, this.options.maxRequestBytes)
    checkSignature(caller, signed, hexSha256(body))
    return { credentials: caller.credentials, body }
  }

  private async perform(
    operation: Endpoint,
    credentials: Credentials,
    input: unknown,
    context: CallContext,
  ): Promise<object | void> {
    const { access } = this.server
    const resources = [operation.resource(input, this.arns)].flat()
    const entry = {
      principal: credentials.principal.arn,
      operation: operation.name,
      target: resources.join(' '),
      ...auditDetail(input),
    }
    try {
      authorize(access, credentials, operation, input, resources)
      const answer = await operation.call(this.server, credentials.principal, input, context)
      if (operation.changes) await this.audit({ ...entry, result: 'ok' })
      return answer
    } catch (error) {
      const code = codeOf(error)
      if (operation.changes || code === 'AccessDeniedException') await this.audit({ ...entry, result: code })
      throw error
    }
  }

  /** What was done is done: a log that cannot be written is told, and does not undo it. */
  private async audit(entry: Omit<AuditEntry, 'at'>): Promise<void> {
    try {
      await this.server.access.audit(entry)
    } catch (error) {
      this.log.error('The audit log could not be written', { ...entry, error: String(error) })
    }
  }
}

function codeOf(error: unknown): string {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined
  return typeof code === 'string' ? code : 'InternalFailure'
}

function target(request: IncomingMessage): Endpoint {
  const endpoint = endpointOf(String(request.headers['x-amz-target'] ?? ''))
  if (endpoint) return endpoint
  throw new ApiError(
    'UnknownOperationException',
    "X-Amz-Target must be CodePipeline_20150709. and an operation's name.",
  )
}

/** The signal is made when it is asked for: few calls wait, and each that is made must be aborted. */
function contextOf(request: IncomingMessage, response: ServerResponse, server: ApiServices): CallContext {
  let controller: AbortController | undefined
  const header = (name: string) => {
    const value = request.headers[name.toLowerCase()]
    return Array.isArray(value) ? value.join(', ') : value
  }
  const milliseconds = waitOf(header(waitHeader))
  return {
    get signal() {
      if (controller === undefined) {
        const made = new AbortController()
        response.once('close', () => made.abort())
        controller = made
      }
      return controller.signal
    },
    get wait() {
      return { milliseconds, signal: this.signal }
    },
    whenJobs(look, found) {
      return milliseconds === 0 ? look() : server.workers.whenJobs(look, found, this.wait)
    },
    header,
  }
}
