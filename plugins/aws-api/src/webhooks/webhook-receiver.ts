/** The endpoint that webhooks are sent to: `POST /webhooks/<secret path>` (W). A sender learns as little as can be. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import {
  authenticate,
  clientAddress,
  DeliveryLog,
  defined,
  githubEvent,
  isFault,
  type JsonQuery,
  type Logger,
  loadJsonQuery,
  matchFilters,
  type ServerServices,
  single,
  type WebhookTarget,
} from '@penstock/core'
import { HungUp, readBody } from '../http/read-body.js'
import { ApiError } from '../protocol/api-error.js'
import { answer } from './answer.js'
import { payloadOf } from './payload.js'

export const webhooksPrefix = '/webhooks'

export interface ReceiverOptions {
  readonly maxWebhookBytes: number
  readonly trustedProxies?: string
}

/** What became of a delivery: its status, the little that the sender is told, and what the owner is. */
interface Outcome {
  readonly status: number
  readonly message: string
  readonly problem?: { readonly code: string; readonly message: string }
}

const accepted = (message: string): Outcome => ({ status: 200, message })

export class WebhookReceiver {
  private readonly deliveries: DeliveryLog
  private query: Promise<JsonQuery> | undefined

  constructor(
    private readonly server: Pick<ServerServices, 'webhooks' | 'sources' | 'clock'>,
    private readonly log: Logger,
    private readonly options: ReceiverOptions,
  ) {
    this.deliveries = new DeliveryLog(server.clock)
  }

  /** Answers one request; never throws. */
  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      await answer(response, await this.receive(request))
    } catch (error) {
      if (error instanceof HungUp) return
      const told = error instanceof ApiError ? error : undefined
      if (!told) this.log.error('A webhook could not be worked on', { error: String(error) })
      await answer(response, { status: told?.status ?? 500, message: told ? 'too large' : 'internal error' })
    }
  }

  private async receive(request: IncomingMessage): Promise<Outcome> {
    if (request.method !== 'POST') return { status: 405, message: 'send a POST' }
    const secretPath = (request.url ?? '').slice(webhooksPrefix.length + 1).split('?')[0] ?? ''
    const target = /^[\w-]{16,64}$/.test(secretPath) ? await this.server.webhooks.find(secretPath) : undefined
    if (!target) return { status: 404, message: 'not found' }
    const body = await readBody(request, this.options.maxWebhookBytes)
    const outcome = this.refusal(target, request, body) ?? (await this.delivered(target, request, body))
    await this.note(target, outcome)
    return outcome
  }

  private refusal({ definition }: WebhookTarget, request: IncomingMessage, body: Buffer): Outcome | undefined {
    const { authentication, authenticationConfiguration: configuration } = definition
    const { trustedProxies } = this.options
    const why = authenticate(
      { authentication, ...configuration },
      {
        headers: request.headers,
        body,
        remoteAddress: trustedProxies === undefined ? clientAddress(request) : (request.socket.remoteAddress ?? ''),
        ...defined({ trustedProxies }),
      },
    )
    if (why === undefined) return undefined
    const problem = { code: 'AuthenticationFailed', message: why }
    return authentication === 'IP'
      ? { status: 403, message: 'forbidden', problem }
      : { status: 401, message: 'unauthorized', problem }
  }

  private async delivered(target: WebhookTarget, request: IncomingMessage, body: Buffer): Promise<Outcome> {
    const { name } = target.definition
    const delivery = single(request.headers, 'x-github-delivery')
    if (!this.deliveries.isNew(name, delivery)) return accepted('received before')
    try {
      return await this.work(target, request, payloadOf(body, request.headers['content-type']))
    } catch (error) {
      this.deliveries.forget(name, delivery)
      if (error instanceof SyntaxError || error instanceof TypeError) return { status: 400, message: 'not JSON' }
      if (!isFault(error)) throw error
      const problem = { code: error.code, message: error.message }
      return { status: 409, message: 'the pipeline could not be started', problem }
    }
  }

  private async work(target: WebhookTarget, request: IncomingMessage, payload: unknown): Promise<Outcome> {
    const mismatch = await this.mismatch(target, payload)
    if (mismatch) return mismatch
    // Not from GitHub: somebody else's word that there is something new, whatever it is.
    if (request.headers['x-github-event'] === undefined) {
      await this.server.webhooks.start(target)
      return accepted('started')
    }
    const event = githubEvent(request.headers, payload)
    if (event.kind === 'ignored') return accepted(`nothing to do: ${event.reason}`)
    const { targetPipeline: pipelineName, targetAction: actionName } = target.definition
    for (const revision of event.revisions) {
      await this.server.sources.report({ pipelineName, actionName, revision, trigger: 'Webhook', detail: target.arn })
    }
    return accepted('received')
  }

  private async mismatch({ definition, configuration }: WebhookTarget, payload: unknown): Promise<Outcome | undefined> {
    this.query ??= loadJsonQuery()
    const query = await this.query
    const safely: JsonQuery = (path, json) => {
      try {
        return query(path, json)
      } catch {
        return []
      }
    }
    const why = matchFilters(definition.filters, payload, configuration, safely)
    if (why === undefined) return undefined
    this.log.debug('A webhook was filtered out', { webhook: definition.name, why })
    return accepted('filtered out')
  }

  /** For the owner, in ListWebhooks. A sender gets its answer whether or not this can be written. */
  private async note({ definition: { name } }: WebhookTarget, { status, message, problem }: Outcome): Promise<void> {
    const told = problem ?? (status >= 400 ? { code: 'BadRequest', message } : undefined)
    try {
      await this.server.webhooks.came(name, told)
    } catch (error) {
      this.log.warn('A webhook could not be noted', { webhook: name, error: String(error) })
    }
  }
}
