/** Who is to be told of a notification: a row for each receiver, whose id is the same however often the event is told. */
import { createHash } from 'node:crypto'
import { defined } from '../../domain/defined.js'
import type { Delivery } from '../../domain/delivery.js'
import type { Notification } from '../../domain/notification.js'
import { reason } from '../../host/contain.js'
import type { Logger, Notifier } from '../../host/plugin.js'

/** What a dispatch works with. */
export interface DispatchParts {
  readonly notifiers: readonly Notifier[]
  /** A NotificationArn to the addresses that the operator gave it. */
  readonly topics: Readonly<Record<string, readonly string[]>>
  readonly log: Pick<Logger, 'error'>
  readonly now: number
  readonly giveUpMs: number
}

/** The notifier of what nobody takes. */
const nobody = 'none'

/** `event` names what happened, and is the same each time it is told. */
export async function deliveriesOf(
  notification: Notification,
  event: string,
  parts: DispatchParts,
): Promise<readonly Delivery[]> {
  const found: Delivery[] = []
  for (const addressed of addresses(notification, parts.topics)) {
    const mine: Delivery[] = []
    for (const notifier of parts.notifiers) {
      for (const receiver of await receiversOf(notifier, addressed, parts.log))
        mine.push(delivery(event, notifier.name, receiver, addressed, parts))
    }
    if (mine.length === 0 && addressed.target !== undefined) mine.push(unclaimed(event, addressed, parts))
    found.push(...mine)
  }
  return found
}

/** One for each address that the operator gave the topic; as it is when there is none. */
function addresses(notification: Notification, topics: DispatchParts['topics']): readonly Notification[] {
  const { target } = notification
  const named = target !== undefined && Object.hasOwn(topics, target) ? topics[target] : undefined
  return (
    named?.map((address) => ({ ...notification, target: address, ...defined({ topic: target }) })) ?? [notification]
  )
}

/** A notifier that cannot say is told, and decides then. */
async function receiversOf(
  notifier: Notifier,
  notification: Notification,
  log: DispatchParts['log'],
): Promise<readonly string[]> {
  // What is new to a notifier that does not choose would surprise it.
  if (!notifier.receivers) return notification.kind === 'executionStopped' ? [] : ['']
  try {
    return [...new Set(await notifier.receivers(notification))]
  } catch (error) {
    log.error('a notifier could not say who is to be told', { notifier: notifier.name, error: reason(error) })
    return ['']
  }
}

function delivery(
  event: string,
  notifier: string,
  receiver: string,
  notification: Notification,
  { now, giveUpMs }: DispatchParts,
): Delivery {
  return {
    id: idOf(event, notifier, receiver, notification.target ?? ''),
    notifier,
    receiver,
    status: 'Pending',
    created: now,
    due: now,
    attempts: 0,
    inFlight: false,
    giveUpAt: now + giveUpMs,
    possibleDuplicate: false,
    notification,
    log: [],
  }
}

/** Shown with the rest, so that a missing plugin is no silence. */
function unclaimed(event: string, notification: Notification, parts: DispatchParts): Delivery {
  const { target = '' } = notification
  const error = `nobody takes what is sent to ${target}: ${remedyFor(target)}`
  return {
    ...delivery(event, nobody, target, notification, parts),
    status: 'GivenUp',
    ended: parts.now,
    log: [{ at: parts.now, ms: 0, error }],
  }
}

const remedies: readonly (readonly [RegExp, string])[] = [
  [/^mailto:/i, 'set smtp in plugins.email-notify of penstock.yaml'],
  [/^slack:/i, 'set a token in plugins.slack-notify of penstock.yaml'],
  [/^https?:/i, 'it must stand in topics of penstock.yaml, with a secret in plugins.webhook-notify'],
  [/^arn:aws/, 'is the plugin sns-notify switched on? topics of penstock.yaml can lead it elsewhere'],
]

function remedyFor(target: string): string {
  const known = remedies.find(([pattern]) => pattern.test(target))
  return known?.[1] ?? 'mailto:ann@example.com, slack:#channel and ARNs of topics are addresses'
}

/** A UUID of what it is about. */
function idOf(...parts: readonly string[]): string {
  const digest = createHash('sha256').update(JSON.stringify(parts)).digest('hex')
  return digest.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*$/, '$1-$2-5$3-8$4-$5')
}
