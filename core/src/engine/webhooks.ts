/** Webhooks as resources (W1..W5); receiving one is the API plugin's part. */

import { randomBytes } from 'node:crypto'
import type { Principal } from '../domain/access.js'
import { isCidr } from '../domain/cidr.js'
import { defined } from '../domain/defined.js'
import { Fault } from '../domain/faults.js'
import type { Engine } from './engine.js'
import { pipelineNotFound, webhookArn } from './names.js'
import type { WebhookOperations } from './operations.js'
import { nextToken, positionOf } from './paging.js'
import type { StoredWebhook } from './ports.js'
import { hidden } from './secrets.js'
import { checkTags, tagList } from './tags.js'
import type * as V from './views.js'

type Input<Name extends keyof WebhookOperations> = Parameters<WebhookOperations[Name]>[1]

/** How many webhooks there may be (U limits). */
export const webhookLimit = 300

/**
 * Makes or changes a webhook; a changed one keeps its URL (W3). Errors: PipelineNotFoundException, ValidationException,
 * InvalidWebhookAuthenticationParametersException, InvalidWebhookFilterPatternException, LimitExceededException, tags'.
 */
export async function putWebhook(
  engine: Engine,
  publicUrl: string,
  input: Input<'putWebhook'>,
): Promise<{ webhook: V.Webhook }> {
  const { webhook, tags = [] } = input
  await refuseBadTarget(engine, webhook)
  const created = engine.clock.now()
  const stored = await engine.store.webhooks.change(webhook.name, (before, count): StoredWebhook => {
    const definition = keepSecret(webhook, before)
    refuseBadAuthentication(definition)
    const after = { definition, tags: checkTags(engine, webhookArn(engine, webhook.name), tags, before?.tags) }
    if (before) return { ...before, ...after }
    if (count >= webhookLimit)
      throw new Fault('LimitExceededException', `There can be at most ${webhookLimit} webhooks`)
    return { ...after, secretPath: randomBytes(24).toString('base64url'), created }
  })
  return { webhook: view(engine, publicUrl, stored) }
}

function keepSecret(webhook: V.WebhookDefinition, before: StoredWebhook | undefined): V.WebhookDefinition {
  const secret = before?.definition.authenticationConfiguration.SecretToken
  if (webhook.authenticationConfiguration.SecretToken !== hidden || secret === undefined) return webhook
  return { ...webhook, authenticationConfiguration: { ...webhook.authenticationConfiguration, SecretToken: secret } }
}

/** A webhook starts a source action of a pipeline that is there (W3). */
async function refuseBadTarget(engine: Engine, { targetPipeline, targetAction }: V.WebhookDefinition): Promise<void> {
  const pipeline = await engine.store.read.pipeline(targetPipeline)
  if (!pipeline) throw pipelineNotFound(engine, targetPipeline)
  const sources = pipeline.declaration.stages[0]?.actions.map((one) => one.name) ?? []
  if (sources.includes(targetAction)) return
  throw new Fault(
    'ValidationException',
    `The target action '${targetAction}' must be in the first stage of '${targetPipeline}' (it has ${sources.map((name) => `'${name}'`).join(', ')})`,
  )
}

/** Each way of authentication has just its own configuration (W1). */
function refuseBadAuthentication({
  authentication,
  authenticationConfiguration: configuration,
}: V.WebhookDefinition): void {
  const given = [
    ...(configuration.SecretToken ? ['SecretToken'] : []),
    ...(configuration.AllowedIPRange ? ['AllowedIPRange'] : []),
  ]
  const wanted = { GITHUB_HMAC: ['SecretToken'], IP: ['AllowedIPRange'], UNAUTHENTICATED: [] }[authentication]
  if (given.join() !== wanted.join()) {
    throw new Fault(
      'InvalidWebhookAuthenticationParametersException',
      `The authentication ${authentication} takes ${wanted.join() || 'no parameters'}, and ${given.join(' and ') || 'none'} was given`,
    )
  }
  if (configuration.AllowedIPRange && !isCidr(configuration.AllowedIPRange)) {
    throw new Fault(
      'InvalidWebhookAuthenticationParametersException',
      `The AllowedIPRange '${configuration.AllowedIPRange}' must be a CIDR block such as 192.0.2.0/24`,
    )
  }
}

/** W3: what is shown has no secret. */
function view(engine: Engine, publicUrl: string, stored: StoredWebhook): V.Webhook {
  const { definition } = stored
  const { SecretToken: secret, ...open } = definition.authenticationConfiguration
  return {
    definition: {
      ...definition,
      authenticationConfiguration: secret === undefined ? open : { ...open, SecretToken: hidden },
    },
    url: `${publicUrl}/webhooks/${stored.secretPath}`,
    arn: webhookArn(engine, definition.name),
    tags: tagList(stored.tags),
    ...(stored.lastTriggered === undefined ? {} : { lastTriggered: new Date(stored.lastTriggered) }),
    ...defined({ errorCode: stored.errorCode, errorMessage: stored.errorMessage }),
  }
}

/** All webhooks, in pages (W5). Errors: InvalidNextTokenException. */
export async function listWebhooks(
  engine: Engine,
  publicUrl: string,
  input: Input<'listWebhooks'>,
): Promise<{ webhooks: V.Webhook[]; nextToken?: string }> {
  const from = positionOf<number>('webhooks', input.nextToken, 'number') ?? 0
  const all = await engine.store.webhooks.list()
  const end = from + (input.maxResults ?? 100)
  return {
    webhooks: all.slice(from, end).map((stored) => view(engine, publicUrl, stored)),
    ...(end < all.length ? { nextToken: nextToken('webhooks', end) } : {}),
  }
}

/** W4, D1: whether or not there is one. */
export async function deleteWebhook(engine: Engine, _by: Principal, input: Input<'deleteWebhook'>): Promise<void> {
  await engine.store.webhooks.change(input.name, () => undefined)
}

/** W4: only for GitHub. Errors: WebhookNotFoundException, ValidationException. */
export async function setRegistered(engine: Engine, name: string | undefined, registered: boolean): Promise<void> {
  const notFound = () => new Fault('WebhookNotFoundException', `The webhook '${name ?? ''}' was not found`)
  if (name === undefined) throw notFound()
  await engine.store.webhooks.change(name, (stored) => {
    if (!stored) throw notFound()
    if (stored.definition.authentication === 'GITHUB_HMAC') return { ...stored, registered }
    throw new Fault(
      'ValidationException',
      `The webhook '${name}' cannot be registered with a third party: only GITHUB_HMAC webhooks can`,
    )
  })
}

/** For the receiver: the webhook that a URL's last part belongs to. */
export async function webhookByPath(engine: Engine, secretPath: string): Promise<StoredWebhook | undefined> {
  return (await engine.store.webhooks.list()).find((one) => one.secretPath === secretPath)
}

/** Written down for ListWebhooks: when it last came, and what was wrong with it. */
export async function webhookCame(
  engine: Engine,
  name: string,
  problem?: { readonly code: string; readonly message: string },
): Promise<void> {
  const lastTriggered = engine.clock.now()
  await engine.store.webhooks.change(name, (stored) => {
    if (!stored) return undefined
    const { errorCode: _code, errorMessage: _message, ...rest } = stored
    const wrong = problem ? { errorCode: problem.code, errorMessage: problem.message } : {}
    return { ...rest, lastTriggered, ...wrong }
  })
}
