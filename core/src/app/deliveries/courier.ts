import { type Clock, within } from '../../domain/clock.js'
import { type Delivery, type DeliveryOutcome, type DeliveryStore, laneOf, settled } from '../../domain/delivery.js'
import { reason } from '../../host/contain.js'
import type { Logger, Notifier } from '../../host/plugin.js'

/** What one attempt may take, and how long a server that says nothing of it is believed to be at it. */
const attemptMs = 30_000
const leaseMs = 45_000
/** Lanes that go on at the same time. */
const most = 8
/** How long a stop waits for attempts: what goes on then is asked again by the next start. */
const graceMs = 5_000

export interface CourierParts {
  readonly clock: Clock
  readonly log: Logger
  readonly store: DeliveryStore
  readonly notifier: (name: string) => Notifier | undefined
  /** Called with how each attempt ended. */
  readonly onAttempt?: (notifier: string, outcome: 'delivered' | 'failed' | 'given up') => void
}

/** Brings notifications to their receivers, each lane in order, and again until they arrive or are given up. */
export class Courier {
  readonly #lanes = new Map<string, Promise<void>>()
  #looking: Promise<void> | undefined
  #again = false
  #stopped = false

  constructor(private readonly parts: CourierParts) {}

  /** Looks for what is due; also called now and then. Never rejects. */
  wake(): void {
    this.#again = true
    if (this.#stopped) return
    this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined
    })
  }

  /** Resolves once nothing is due and nothing goes on. */
  async idle(): Promise<void> {
    while (this.#looking || this.#lanes.size > 0) await Promise.all([this.#looking, ...this.#lanes.values()])
  }

  async stop(): Promise<void> {
    this.#stopped = true
    this.#again = false
    await within(this.parts.clock, graceMs, this.idle(), () => undefined)
  }

  async #look(): Promise<void> {
    const { store, clock, log } = this.parts
    while (this.#again) {
      this.#again = false
      try {
        while (this.#lanes.size < most && !this.#stopped) {
          // A read first: most looks find nothing, and a claim is a commit.
          const next = await store.nextDue()
          if (next === undefined || next > clock.now()) break
          const claimed = await store.claim({ now: clock.now(), leaseMs, busy: [...this.#lanes.keys()] })
          if (!claimed) break
          this.#carry(claimed)
        }
      } catch (error) {
        log.error('deliveries could not be read', { error: reason(error) })
      }
    }
  }

  #carry(delivery: Delivery): void {
    const lane = laneOf(delivery)
    const carried = this.#attempt(delivery)
      // The lease will be over, and the next look finds it.
      .catch((error) =>
        this.parts.log.error('a delivery could not be written down', { id: delivery.id, error: reason(error) }),
      )
      .finally(() => {
        this.#lanes.delete(lane)
        this.wake()
      })
    this.#lanes.set(lane, carried)
  }

  async #attempt(delivery: Delivery): Promise<void> {
    const { clock, store } = this.parts
    const began = clock.now()
    const outcome = await this.#notify(delivery)
    const after = settled(delivery, outcome, began, clock.now())
    await store.settle(after)
    this.#tell(after, outcome)
  }

  async #notify(delivery: Delivery): Promise<DeliveryOutcome> {
    const { clock, notifier } = this.parts
    const { id, receiver, attempts: attempt, possibleDuplicate, created, notification } = delivery
    try {
      const found = notifier(delivery.notifier)
      if (!found) throw new Error(`no plugin provides the notifier ${delivery.notifier} now`)
      const notified = found.notify(notification, { id, receiver, attempt, possibleDuplicate, created })
      await within(clock, attemptMs, notified, () => {
        throw new Error(`it did not answer within ${attemptMs / 1_000} s`)
      })
      return { kind: 'delivered' }
    } catch (error) {
      const { name, retryAfterMs } = (error ?? {}) as { readonly name?: unknown; readonly retryAfterMs?: unknown }
      if (name === 'NotDeliverable') return { kind: 'undeliverable', error: reason(error) }
      const wait = typeof retryAfterMs === 'number' && retryAfterMs > 0 ? retryAfterMs : undefined
      return { kind: 'failed', error: reason(error), retryAfterMs: wait }
    }
  }

  #tell({ id, notifier, receiver, status, attempts, due, notification }: Delivery, outcome: DeliveryOutcome): void {
    const { log, onAttempt } = this.parts
    onAttempt?.(notifier, status === 'GivenUp' ? 'given up' : outcome.kind === 'delivered' ? 'delivered' : 'failed')
    if (outcome.kind === 'delivered') return
    const details = { id, notifier, receiver, kind: notification.kind, attempts, error: outcome.error }
    if (status === 'GivenUp') log.error('notification given up', details)
    // Once is a hiccup, and nobody's trouble yet.
    else
      log[attempts === 1 ? 'info' : 'warn']('notification failed', { ...details, again: new Date(due).toISOString() })
  }
}
