import { defined } from '../domain/defined.js'
import { withClient } from './api/connect.js'
import { print, table } from './output.js'
import { clean } from './terminal/clean.js'
import { ago } from './terminal/time.js'
import type { VerbOptions } from './verbs/options.js'

/** What `penstock deliveries` takes. */
export interface DeliveriesOptions extends VerbOptions {
  readonly status?: 'Pending' | 'Delivered' | 'GivenUp'
  readonly max?: number
}

/** `penstock deliveries [PIPELINE]`: notifications, the newest first, and why those that did not arrive did not. */
export async function listDeliveries(pipelineName: string | undefined, options: DeliveriesOptions): Promise<void> {
  const { status, max: maxResults } = options
  const { deliveries } = await withClient(options, (client) =>
    client.listDeliveries(defined({ pipelineName, status, maxResults })),
  )
  print(options.output, deliveries, () => {
    if (deliveries.length === 0) return ['no notification was to be delivered']
    return table([
      ['DELIVERY', 'WHEN', 'TO', 'STATUS', 'TRIES', 'WHAT', 'WHY NOT'],
      ...deliveries.map((one) => [
        one.deliveryId,
        ago(one.created, Date.now()),
        clean(one.receiver === '' ? one.notifier : `${one.notifier}: ${one.receiver}`),
        one.status === 'GivenUp' ? 'given up' : one.status.toLowerCase(),
        String(one.attempts),
        clean(one.subject),
        clean(one.error ?? ''),
      ]),
    ])
  })
}

/** `penstock deliveries redeliver ID`: under the same id, so that who has it already can tell. */
export async function redeliver(deliveryId: string, options: VerbOptions): Promise<void> {
  const { delivery } = await withClient(options, (client) => client.redeliver({ deliveryId }))
  print(options.output, delivery, () => [
    `${clean(delivery.subject)} goes to ${clean(delivery.receiver || delivery.notifier)} again: penstock deliveries shows how it went`,
  ])
}
