import type { JsonSchema, Notification } from '@penstock/core'

type Kind = Notification['kind']

/** The plugin's section of penstock.yaml. */
export interface EmailConfig {
  /** The server that takes the mail. Without it the plugin is silent. */
  readonly smtp?: {
    readonly host: string
    /** 465 with `tls: implicit`, 587 otherwise. */
    readonly port?: number
    /** `starttls` refuses to send in clear; `implicit` speaks TLS from the first byte; `none` is for this machine. */
    readonly tls: 'starttls' | 'implicit' | 'none'
    /** A file with the certificates of an authority of one's own, PEM. */
    readonly caFile?: string
    readonly user?: string
    readonly password?: string
    readonly passwordFile?: string
  }
  /** `Penstock <penstock@example.com>`. */
  readonly from?: string
  /** Who is told of what names nobody itself. */
  readonly to?: readonly string[]
  readonly events?: readonly Kind[]
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
/** An address alone, or a name with one in angle brackets; neither can hold a line's end. */
const addressPattern = '^([^<>\\r\\n,;]+ )?<?[^\\s<>@,;]+@[^\\s<>@,;]+>?$'
const address = {
  type: 'string',
  pattern: addressPattern,
  description: "an address such as ann@example.com, or 'Ann <ann@example.com>'",
} as const

export const configSchema: JsonSchema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    smtp: {
      type: 'object',
      additionalProperties: false,
      required: ['host'],
      properties: {
        host: text,
        port: { type: 'integer', minimum: 1, maximum: 65_535 },
        tls: { enum: ['starttls', 'implicit', 'none'], default: 'starttls' },
        caFile: text,
        user: text,
        password: text,
        passwordFile: text,
      },
    },
    from: address,
    to: { type: 'array', items: address, maxItems: 50 },
    events: { type: 'array', items: { enum: kinds }, default: ['approvalNeeded', 'executionFailed', 'sourceFailed'] },
  },
}

/** Everything that is wrong with a configuration beyond its schema. */
export function configProblems({ smtp, from, to }: EmailConfig): string[] {
  if (!smtp)
    return from === undefined && to === undefined ? [] : ['email-notify: smtp.host is missing: the mail server']
  const { user, password, passwordFile } = smtp
  const secrets = [password, passwordFile].filter((value) => value !== undefined).length
  return [
    ...(from === undefined
      ? ["email-notify: from is missing: whose mail it is, such as 'Penstock <ci@example.com>'"]
      : []),
    ...(secrets > 1 ? ['email-notify: smtp.password and smtp.passwordFile are both there: give one of them'] : []),
    ...((user === undefined) !== (secrets === 0)
      ? ['email-notify: smtp.user and smtp.password (or passwordFile) belong together']
      : []),
  ]
}
