import type { Notification } from '@penstock/core'

type Kind = Notification['kind']

/** The plugin's section of penstock.yaml: a webhook's address, or a bot's token with channels. */
export interface SlackConfig {
  /** An incoming webhook's URL, which is a secret; or the file that holds it. */
  readonly webhookUrl?: string
  readonly webhookUrlFile?: string
  /** A bot's token (`xoxb-...`) for chat.postMessage; or the file that holds it. */
  readonly token?: string
  readonly tokenFile?: string
  /** With a token: where messages go, by kind; `default` for the rest. */
  readonly channels?: Partial<Record<Kind | 'default', string>>
  readonly events?: readonly Kind[]
  /** Another address than Slack's, for tests. */
  readonly apiUrl?: string
}

export const kinds: readonly Kind[] = [
  'approvalNeeded',
  'executionFailed',
  'executionSucceeded',
  'executionStarted',
  'executionStopped',
  'sourceFailed',
]

const text = { type: 'string', minLength: 1 } as const
const url = { type: 'string', pattern: '^https?://', description: 'a URL' } as const
const channel = { ...text, description: 'a channel id such as C0123456789, or a name such as #releases' } as const

export const configSchema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    webhookUrl: url,
    webhookUrlFile: text,
    token: { type: 'string', pattern: '^xox[a-z]-', description: 'a token that begins with xoxb-' },
    tokenFile: text,
    channels: {
      type: 'object',
      additionalProperties: false,
      properties: Object.fromEntries([...kinds, 'default'].map((kind) => [kind, channel])),
    },
    events: { type: 'array', items: { enum: kinds }, default: ['approvalNeeded', 'executionFailed', 'sourceFailed'] },
    apiUrl: { ...url, default: 'https://slack.com/api' },
  },
} as const
