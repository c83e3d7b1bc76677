import { readFile } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import type { Notification, Notifier } from '@penstock/core'
import type { SlackConfig } from './config.js'
import { messageOf, type SlackMessage } from './message.js'
import { post, type Wait } from './post.js'

/**
 * Posts to an incoming webhook, or with a token to the channel of the notification's kind. Errors of notify: what Slack
 * says, never with the token or the webhook's address.
 */
export function slackNotifier(config: SlackConfig, wait: Wait = (ms) => delay(ms)): Notifier {
  return {
    name: 'slack',
    receivers: (notification) => (isFor(notification, config) ? [receiver(notification, config)] : []),
    async notify(notification, delivery) {
      const possibleDuplicate = delivery?.possibleDuplicate ?? false
      if (!isFor(notification, config)) return
      const webhook = await secret(config.webhookUrl, config.webhookUrlFile)
      if (webhook !== undefined) return sendToWebhook(webhook, messageOf(notification, possibleDuplicate), wait)
      const token = await secret(config.token, config.tokenFile)
      const channel = channelOf(notification, config)
      await sendToChannel(config, token ?? '', { channel, ...messageOf(notification, possibleDuplicate) }, wait)
    },
  }
}

/** Everything that is wrong with a configuration beyond its schema. */
export function configProblems({ webhookUrl, webhookUrlFile, token, tokenFile, channels }: SlackConfig): string[] {
  const given = [webhookUrl, webhookUrlFile, token, tokenFile].filter((value) => value !== undefined)
  if (given.length !== 1) {
    return ['slack-notify needs exactly one of webhookUrl, webhookUrlFile, token and tokenFile']
  }
  const byToken = token !== undefined || tokenFile !== undefined
  if (byToken && channels?.default === undefined)
    return ['slack-notify: channels.default is missing: where messages go']
  if (!byToken && channels !== undefined)
    return ['slack-notify: channels needs a token: a webhook posts to the one channel that it was made for']
  return []
}

function isFor({ target, kind }: Notification, { events = [] }: SlackConfig): boolean {
  return target === undefined ? events.includes(kind) : target.startsWith('slack:')
}

/** A webhook's address is a secret: what it posts to has no other name. */
function receiver(notification: Notification, config: SlackConfig): string {
  const byToken = config.token !== undefined || config.tokenFile !== undefined
  return byToken ? (channelOf(notification, config) ?? '') : 'webhook'
}

function channelOf({ target, kind }: Notification, { channels = {} }: SlackConfig): string | undefined {
  return target?.slice('slack:'.length) ?? channels[kind] ?? channels.default
}

async function sendToWebhook(url: string, message: SlackMessage, wait: Wait): Promise<void> {
  const { status, text } = await post(url, message, undefined, wait)
  // Slack answers "ok", or a word such as invalid_payload or no_service.
  if (status !== 200) throw new Error(`Slack refused the message: ${short(text) || `status ${status}`}`)
}

type ChannelMessage = SlackMessage & { readonly channel: string | undefined }

async function sendToChannel(config: SlackConfig, token: string, message: ChannelMessage, wait: Wait): Promise<void> {
  const { apiUrl = 'https://slack.com/api' } = config
  const { channel } = message
  const { status, text } = await post(`${apiUrl}/chat.postMessage`, message, token, wait)
  const answer = parse(text)
  if (status === 200 && answer.ok === true) return
  const remedy = remedies[answer.error ?? '']
  throw new Error(
    `Slack refused the message for ${channel}: ${answer.error ?? `status ${status}`}${remedy ? ` (${remedy})` : ''}`,
  )
}

const remedies: Readonly<Record<string, string>> = {
  channel_not_found: 'is the name right, and the bot in the channel?',
  not_in_channel: 'invite the bot: /invite @its-name',
  invalid_auth: 'the token is wrong',
  token_revoked: 'the token was revoked: make a new one',
  missing_scope: 'the bot needs the scope chat:write',
  is_archived: 'the channel is archived',
}

async function secret(value: string | undefined, file: string | undefined): Promise<string | undefined> {
  return file === undefined ? value : (await readFile(file, 'utf8')).trim()
}

function parse(text: string): { readonly ok?: boolean; readonly error?: string } {
  try {
    return JSON.parse(text) as { ok?: boolean; error?: string }
  } catch {
    return { error: 'an answer that is not JSON' }
  }
}

function short(text: string): string {
  return text.trim().replace(/\s+/g, ' ').slice(0, 200)
}
