import type { Notification } from '@penstock/core'

/** The plugin's section of penstock.yaml. */
export interface SnsConfig {
  /** Where notifications go that name no topic themselves. */
  readonly topicArn?: string
  /** Which of those are sent; approvals with a topic of their own always are. */
  readonly events?: readonly Notification['kind'][]
  /** Another address than AWS's, for tests and for compatible servers. */
  readonly endpoint?: string
  /** The usual places of the AWS SDK when absent. */
  readonly accessKeyId?: string
  readonly secretAccessKey?: string
}

export const kinds: readonly Notification['kind'][] = [
  'approvalNeeded',
  'executionFailed',
  'executionSucceeded',
  'executionStarted',
  'executionStopped',
  'sourceFailed',
]
export const defaultEvents: readonly Notification['kind'][] = ['approvalNeeded', 'executionFailed']

const text = { type: 'string', minLength: 1 } as const

export const configSchema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    topicArn: { type: 'string', pattern: '^arn:aws[a-z-]*:sns:[^:]+:\\d{12}:[^:]+$' },
    events: {
      type: 'array',
      items: { enum: kinds },
      default: defaultEvents,
    },
    endpoint: { type: 'string', pattern: '^https?://' },
    accessKeyId: text,
    secretAccessKey: text,
  },
  dependentRequired: { accessKeyId: ['secretAccessKey'], secretAccessKey: ['accessKeyId'] },
} as const
