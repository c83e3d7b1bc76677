import type { JsonSchema, NotificationKind } from '@penstock/core'

/** A secret: itself, or a file whose lines are the secrets to sign with, the newest first. */
interface Signing {
  readonly secret?: string
  readonly secretFile?: string
}

/** Where requests go. */
export interface Webhook extends Signing {
  /** The address; or the file that holds it, where it is a secret itself. */
  readonly url?: string
  readonly urlFile?: string
  readonly events?: readonly NotificationKind[]
  /** Names of pipelines, with `*` for any letters; all when absent. */
  readonly pipelines?: readonly string[]
  readonly headers?: Readonly<Record<string, string>>
  /** Certificates of an authority of one's own, PEM. */
  readonly caFile?: string
}

/** The plugin's section of penstock.yaml. The secret at its top signs what goes to addresses of `topics`. */
export interface WebhookConfig extends Signing {
  readonly webhooks?: Readonly<Record<string, Webhook>>
}

export const kinds: readonly NotificationKind[] = [
  'approvalNeeded',
  'executionFailed',
  'executionSucceeded',
  'executionStarted',
  'executionStopped',
  'sourceFailed',
]

const text = { type: 'string', minLength: 1 } as const
const secret = {
  type: 'string',
  minLength: 16,
  description: 'sixteen characters or more: openssl rand -base64 32',
} as const

export const configSchema: JsonSchema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    secret,
    secretFile: text,
    webhooks: {
      type: 'object',
      propertyNames: { pattern: '^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$' },
      additionalProperties: {
        type: 'object',
        additionalProperties: false,
        properties: {
          url: { type: 'string', pattern: '^https?://[^\\s]+$', description: 'a URL' },
          urlFile: text,
          secret,
          secretFile: text,
          events: {
            type: 'array',
            items: { enum: kinds },
            default: ['approvalNeeded', 'executionFailed', 'sourceFailed'],
          },
          pipelines: { type: 'array', items: text, minItems: 1 },
          headers: {
            type: 'object',
            propertyNames: { pattern: "^[A-Za-z0-9!#$%&'*+.^_`|~-]+$" },
            additionalProperties: { type: 'string', pattern: '^[\\t\\x20-\\x7e\\x80-\\xff]*$' },
          },
          caFile: text,
        },
      },
    },
  },
}

/** Everything that is wrong with a configuration beyond its schema. */
export function configProblems({ webhooks = {}, ...top }: WebhookConfig): string[] {
  const several = (given: readonly unknown[]) => given.filter((value) => value !== undefined).length > 1
  const problems = Object.entries(webhooks).flatMap(([name, { url, urlFile, secret, secretFile }]) => {
    const at = `webhook-notify: webhooks.${name}`
    return [
      ...(url === undefined && urlFile === undefined ? [`${at}.url is missing: where requests go`] : []),
      ...(several([url, urlFile]) ? [`${at}.url and urlFile are both there: give one of them`] : []),
      ...(several([secret, secretFile]) ? [`${at}.secret and secretFile are both there: give one of them`] : []),
      ...(secret === undefined && secretFile === undefined
        ? [`${at}.secretFile is missing: without a signature nobody could tell whose requests they are`]
        : []),
    ]
  })
  return several([top.secret, top.secretFile])
    ? [...problems, 'webhook-notify: secret and secretFile are both there: give one of them']
    : problems
}
