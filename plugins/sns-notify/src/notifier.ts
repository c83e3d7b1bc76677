import { createHash } from 'node:crypto'
import type { Notification, Notifier } from '@penstock/core'
import { defaultEvents, type SnsConfig } from './config.js'

/** SNS' limits: a subject of 100 printable ASCII characters on one line, a message of 256 KB. */
const longestSubject = 100
const largestMessage = 256 * 1024
function isTopicArn(text: string): boolean {
  return /^arn:aws[a-z-]*:sns:[^:]+:\d{12}:[^:]+$/.test(text)
}

/**
 * Publishes to the topic that a notification names; what names none goes to the configured one, if it is of a kind that
 * is asked for. Errors: what SNS says, naming the topic.
 */
export function snsNotifier(config: SnsConfig): Notifier {
  return {
    name: 'sns',
    receivers: (notification) => [topicFor(notification, config)].filter((arn) => arn !== undefined),
    async notify(notification, delivery) {
      const arn = topicFor(notification, config)
      if (arn === undefined) return
      try {
        await publish(arn, notification, config, delivery?.id)
      } catch (error) {
        throw new Error(`SNS topic ${arn}: ${(error as Error).name}: ${(error as Error).message}`, { cause: error })
      }
    },
  }
}

function topicFor({ target, kind }: Notification, config: SnsConfig): string | undefined {
  if (target !== undefined) return isTopicArn(target) ? target : undefined
  return (config.events ?? defaultEvents).includes(kind) ? config.topicArn : undefined
}

/** The SDK is loaded at the first use. */
async function publish(
  arn: string,
  notification: Notification,
  config: SnsConfig,
  id: string | undefined,
): Promise<void> {
  const { PublishCommand, SNSClient } = await import('@aws-sdk/client-sns')
  const client = new SNSClient({
    region: arn.split(':')[3] ?? '',
    ...(config.endpoint === undefined ? {} : { endpoint: config.endpoint }),
    ...(config.accessKeyId === undefined || config.secretAccessKey === undefined
      ? {}
      : { credentials: { accessKeyId: config.accessKeyId, secretAccessKey: config.secretAccessKey } }),
  })
  try {
    await client.send(
      new PublishCommand({ TopicArn: arn, ...contentOf(notification), ...orderOf(arn, notification, id) }),
    )
  } finally {
    client.destroy()
  }
}

/** A4: an approval is sent as CodePipeline's JSON document, which programs read; the rest is for people. */
function contentOf({ subject, message, document }: Notification) {
  const line = subject.replace(/[^\x20-\x7e]+/g, ' ').trim()
  const shown = line.length <= longestSubject ? line : `${line.slice(0, longestSubject - 3)}...`
  const body = document === undefined ? message : JSON.stringify(document)
  return { Subject: shown || 'Penstock', Message: Buffer.from(body).subarray(0, largestMessage).toString('utf8') }
}

/** A FIFO topic wants to know what must stay in order; the same message within five minutes is one. */
function orderOf(arn: string, { kind, document, subject, message }: Notification, id: string | undefined) {
  if (!arn.endsWith('.fifo')) return {}
  const approval = document?.approval as { readonly pipelineName?: string; readonly token?: string } | undefined
  const identity = id ?? approval?.token ?? `${subject}\n${message}`
  const digest = createHash('sha256').update(`${kind}\n${identity}`).digest('hex')
  return { MessageGroupId: approval?.pipelineName ?? 'penstock', MessageDeduplicationId: digest }
}
