/** A notification on its way to one receiver: kept until it has arrived, or is given up. */
import type { Notification } from './notification.js'

/** `GivenUp`: it did not arrive within its time, or cannot. Only somebody's word brings it back. */
export type DeliveryStatus = 'Pending' | 'Delivered' | 'GivenUp'

/** How one attempt went. */
export interface DeliveryAttempt {
  readonly at: number
  readonly ms: number
  /** In words, without secrets; absent when it arrived. */
  readonly error?: string
}

export interface Delivery {
  /** The same for every attempt, and for the same event told twice. */
  readonly id: string
  readonly notifier: string
  /** Whom of the notifier's receivers; empty where it has no names for them. */
  readonly receiver: string
  readonly status: DeliveryStatus
  readonly created: number
  /** When the next attempt is; while one goes on, when it counts as lost. Epoch milliseconds. */
  readonly due: number
  /** Attempts begun. */
  readonly attempts: number
  /** An attempt goes on, or its server was lost. */
  readonly inFlight: boolean
  readonly ended?: number
  /** After this it is given up. */
  readonly giveUpAt: number
  readonly possibleDuplicate: boolean
  readonly notification: Notification
  /** The newest ones, oldest first. */
  readonly log: readonly DeliveryAttempt[]
}

/** What a page of deliveries is to show. */
export interface DeliveryFilter {
  readonly pipelineName?: string | undefined
  readonly status?: DeliveryStatus | undefined
  /** Those before this number, the newest first. */
  readonly before?: number | undefined
  readonly limit: number
}

export interface DeliveryStore {
  /** Keeps those whose id it has not kept before. */
  add(deliveries: readonly Delivery[]): Promise<void>
  /**
   * Takes the oldest that is due and on none of these lanes, for this server alone until `due`, and counts an attempt. One
   * whose attempt was begun before and never ended comes back as a possible duplicate.
   */
  claim(claim: {
    readonly now: number
    readonly leaseMs: number
    readonly busy: readonly string[]
  }): Promise<Delivery | undefined>
  /** Writes what an attempt came to, unless another one was begun since. */
  settle(delivery: Delivery): Promise<void>
  /** Makes due at once what was in flight: for a database that this server alone writes. */
  recover(now: number): Promise<void>
  /** When the next is due; `undefined` when none waits. */
  nextDue(): Promise<number | undefined>
  find(id: string): Promise<Delivery | undefined>
  /** Brings back what has ended, and hurries what waits. Nothing when there is none, or when an attempt goes on. */
  revive(id: string, now: number, giveUpAt: number): Promise<Delivery | undefined>
  page(filter: DeliveryFilter): Promise<{ readonly deliveries: readonly Delivery[]; readonly next?: number }>
  /** Forgets what ended before. */
  forget(before: number): Promise<void>
  counts(): Promise<readonly { readonly notifier: string; readonly status: DeliveryStatus; readonly count: number }[]>
}

/** Deliveries as operators ask for them. */
export interface NotificationDeliveries extends Pick<DeliveryStore, 'page'> {
  /** Errors: ResourceNotFoundException; ConflictException while an attempt goes on. */
  redeliver(id: string): Promise<Delivery>
}

const [second, minute, hour] = [1_000, 60_000, 3_600_000]
/** Pauses after the first, the second ... failed attempt; the last one from then on. */
const pauses = [5 * second, 30 * second, 2 * minute, 10 * minute, 30 * minute, hour, 2 * hour, 4 * hour]
/** Attempts whose outcome is kept. */
const mostKept = 10

/** What one attempt came to. */
export type DeliveryOutcome =
  | { readonly kind: 'delivered' }
  | { readonly kind: 'failed'; readonly error: string; readonly retryAfterMs?: number | undefined }
  | { readonly kind: 'undeliverable'; readonly error: string }

/** What becomes of a delivery after an attempt that began at `began`. */
export function settled(delivery: Delivery, outcome: DeliveryOutcome, began: number, now: number): Delivery {
  const attempt = { at: began, ms: now - began, ...(outcome.kind === 'delivered' ? {} : { error: outcome.error }) }
  const after = { ...delivery, inFlight: false, log: [...delivery.log, attempt].slice(-mostKept) }
  if (outcome.kind === 'delivered') return { ...after, status: 'Delivered', ended: now }
  if (outcome.kind === 'undeliverable' || now >= delivery.giveUpAt) return { ...after, status: 'GivenUp', ended: now }
  const pause = Math.max(pauseAfter(delivery.attempts), outcome.retryAfterMs ?? 0)
  return { ...after, due: Math.min(now + pause, delivery.giveUpAt) }
}

/** Milliseconds until the attempt that follows so many. */
export function pauseAfter(attempts: number): number {
  return pauses[Math.min(attempts, pauses.length) - 1] ?? 0
}

/** Deliveries on one lane go one after another; a receiver that hangs holds up nobody else. */
export function laneOf({ notifier, receiver }: Pick<Delivery, 'notifier' | 'receiver'>): string {
  return `${notifier} ${receiver}`
}
