import { createHash } from 'node:crypto'
import type { Notification, Notifier } from '@penstock/core'
import type { SnsConfig } from './config.js'

/** SNS' limits: a subject of 100 printable ASCII characters on one line, a message of 256 KB. */
const longestSubject = 100
const largestMessage = 256 * 1024
/** So many approvals are remembered, for not sending one twice. */
const remembered = 1000

export function isTopicArn(text: string | undefined): text is string {
  return /^arn:aws[a-z-]*:sns:[^:]+:\d{12}:[^:]+$/.test(text ?? '')
}

/**
 * Publishes to the topic that a notification names, or to the configured one. An approval that was published is not
 * published again, whoever asks. Errors: what SNS says, naming the topic.
 */
export function snsNotifier(config: SnsConfig): Notifier {
  const published = new Set<string>()
  return {
    name: 'sns',
    async notify(notification) {
      const topic = isTopicArn(notification.target) ? notification.target : undefined
      const arn = topic ?? (notification.target === undefined ? config.topicArn : undefined)
      if (arn === undefined) return
      const token = tokenOf(notification)
      if (token !== undefined && published.has(token)) return
      if (token !== undefined) remember(published, token)
      try {
        await publish(arn, notification, config)
      } catch (error) {
        if (token !== undefined) published.delete(token)
        throw new Error(`SNS topic ${arn}: ${(error as Error).name}: ${(error as Error).message}`, { cause: error })
      }
    },
  }
}

/** The SDK is loaded at the first use. */
async function publish(arn: string, notification: Notification, config: SnsConfig): Promise<void> {
  const { PublishCommand, SNSClient } = await import('@aws-sdk/client-sns')
  const client = new SNSClient({
    region: arn.split(':')[3] ?? '',
    ...(config.endpoint === undefined ? {} : { endpoint: config.endpoint }),
    ...(config.accessKeyId === undefined || config.secretAccessKey === undefined
      ? {}
      : { credentials: { accessKeyId: config.accessKeyId, secretAccessKey: config.secretAccessKey } }),
  })
  try {
    await client.send(new PublishCommand({ TopicArn: arn, ...contentOf(notification), ...orderOf(arn, notification) }))
  } finally {
    client.destroy()
  }
}

function contentOf({ subject, message }: Notification) {
  const line = subject.replace(/[^\x20-\x7e]+/g, ' ').trim()
  const shown = line.length <= longestSubject ? line : `${line.slice(0, longestSubject - 3)}...`
  return { Subject: shown || 'Penstock', Message: Buffer.from(message).subarray(0, largestMessage).toString('utf8') }
}

/** A FIFO topic wants to know what must stay in order; the same message within five minutes is one. */
function orderOf(arn: string, { kind, document, message }: Notification) {
  if (!arn.endsWith('.fifo')) return {}
  const digest = createHash('sha256').update(`${kind}\n${message}`).digest('hex')
  const approval = document?.approval as { pipelineName?: string } | undefined
  const group = approval?.pipelineName ?? document?.pipeline
  return { MessageGroupId: typeof group === 'string' ? group : 'penstock', MessageDeduplicationId: digest }
}

function tokenOf({ document }: Notification): string | undefined {
  return (document?.approval as { token?: string } | undefined)?.token
}

function remember(published: Set<string>, token: string): void {
  published.add(token)
  const [oldest] = published
  if (published.size > remembered && oldest !== undefined) published.delete(oldest)
}
