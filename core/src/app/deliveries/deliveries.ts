/** Notifications on their way, as operators ask for them. */
import type { Clock } from '../../domain/clock.js'
import type { DeliveryStore, NotificationDeliveries } from '../../domain/delivery.js'
import { Fault } from '../../domain/faults.js'

/** Makes it. */
export function notificationDeliveries(parts: {
  readonly store: DeliveryStore
  readonly clock: Clock
  readonly giveUpMs: number
  readonly wake: () => void
}): NotificationDeliveries {
  const { store, clock, giveUpMs, wake } = parts
  return {
    page: (filter) => store.page(filter),
    async redeliver(id) {
      const now = clock.now()
      const revived = await store.revive(id, now, now + giveUpMs)
      if (!revived) {
        if ((await store.find(id)) === undefined)
          throw new Fault(
            'ResourceNotFoundException',
            `There is no delivery ${id}: penstock deliveries shows those there are`,
          )
        throw new Fault('ConflictException', `An attempt of delivery ${id} goes on right now`)
      }
      wake()
      return revived
    },
  }
}
