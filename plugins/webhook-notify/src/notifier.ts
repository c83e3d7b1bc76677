import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import {
  defined,
  NotDeliverable,
  type Notification,
  type NotificationDelivery,
  type Notifier,
  type PostAnswer,
  postOnce,
} from '@penstock/core'
import type { Webhook, WebhookConfig } from './config.js'
import { signatureHeaders } from './sign.js'

/**
 * Posts what happens to the webhooks that ask for it, and what names a topic to the address that the operator gave it.
 * Errors of notify: what the receiver answered, without its address or a secret.
 */
export function webhookNotifier(config: WebhookConfig): Notifier {
  return {
    name: 'webhook',
    receivers: (notification) => receivers(notification, config),
    async notify(notification, delivery = alone()) {
      const webhook = webhookFor(notification, delivery.receiver, config)
      if (!webhook) throw new NotDeliverable(`there is no webhook '${delivery.receiver}' in plugins.webhook-notify now`)
      await send(webhook, notification, delivery)
    },
  }
}

/** For who calls without a delivery. */
function alone(): NotificationDelivery {
  return { id: randomUUID(), receiver: '', attempt: 1, possibleDuplicate: false, created: Date.now() }
}

function receivers(notification: Notification, config: WebhookConfig): readonly string[] {
  const { target } = notification
  if (target !== undefined) return isTopicAddress(notification, config) ? [new URL(target).host] : []
  return Object.entries(config.webhooks ?? {}).flatMap(([name, webhook]) => (asks(webhook, notification) ? [name] : []))
}

function asks({ events = [], pipelines }: Webhook, { kind, pipelineName }: Notification): boolean {
  if (!events.includes(kind)) return false
  return pipelines === undefined || (pipelineName !== undefined && pipelines.some((name) => fits(name, pipelineName)))
}

function fits(pattern: string, name: string): boolean {
  const escaped = pattern.split('*').map((piece) => piece.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  return new RegExp(`^${escaped.join('.*')}$`).test(name)
}

/** Only the operator says where the server sends requests: an address that a pipeline names itself is none of theirs. */
function isTopicAddress({ target = '', topic }: Notification, { secret, secretFile }: WebhookConfig): boolean {
  const signed = secret !== undefined || secretFile !== undefined
  return topic !== undefined && signed && /^https?:/i.test(target) && URL.canParse(target)
}

function webhookFor(notification: Notification, receiver: string, config: WebhookConfig): Webhook | undefined {
  const { target } = notification
  const { secret, secretFile, webhooks = {} } = config
  if (target === undefined) return Object.hasOwn(webhooks, receiver) ? webhooks[receiver] : undefined
  return isTopicAddress(notification, config) ? { url: target, ...defined({ secret, secretFile }) } : undefined
}

async function send(webhook: Webhook, notification: Notification, delivery: NotificationDelivery): Promise<void> {
  const { id, attempt, possibleDuplicate } = delivery
  const url = webhook.url ?? (await readFile(webhook.urlFile ?? '', 'utf8')).trim()
  if (!/^https?:\/\//i.test(url) || !URL.canParse(url))
    throw new Error('urlFile does not hold a URL that begins with https://')
  const body = JSON.stringify(bodyOf(notification, delivery.created))
  const headers = {
    ...webhook.headers,
    ...signatureHeaders({ id, timestamp: Math.floor(Date.now() / 1_000), body }, await secretsOf(webhook)),
    'penstock-attempt': String(attempt),
    ...(possibleDuplicate ? { 'penstock-possible-duplicate': 'true' } : {}),
  }
  const ca = webhook.caFile === undefined ? undefined : await readFile(webhook.caFile, 'utf8')
  judge(await postOnce({ url, headers, body, ...defined({ ca }) }), new URL(url).host)
}

/** Errors: whatever is no success; a NotDeliverable when the receiver says that it is gone. */
function judge({ status, retryAfterMs }: PostAnswer, host: string): void {
  if (status >= 200 && status < 300) return
  if (status === 410) throw new NotDeliverable(`${host} answered 410: the webhook is gone`)
  const moved = status >= 300 && status < 400 ? ': redirects are not followed, so set the address that it leads to' : ''
  throw Object.assign(new Error(`${host} answered ${status}${moved}`), { retryAfterMs })
}

async function secretsOf({ secret, secretFile }: Webhook): Promise<readonly string[]> {
  if (secretFile === undefined) return secret === undefined ? [] : [secret]
  const secrets = (await readFile(secretFile, 'utf8')).split(/\r?\n/).filter((line) => line.trim() !== '')
  if (secrets.some((line) => line.length < 16) || secrets.length === 0)
    throw new Error(`${secretFile} must hold a secret of sixteen characters or more, or several on lines of their own`)
  return secrets
}

/** As Standard Webhooks has it: what happened, when, and the rest. */
function bodyOf(notification: Notification, created: number) {
  const { kind, target: _, topic, ...data } = notification
  return { type: kind, timestamp: new Date(created).toISOString(), data: { ...data, ...defined({ topic }) } }
}
