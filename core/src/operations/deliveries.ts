/** Notifications on their way to people and programs. What they say is for their receivers alone: an approval's has its token. */
import { defined } from '../domain/defined.js'
import type { Delivery } from '../domain/delivery.js'
import { pageSize, positionOf, withToken } from '../engine/paging.js'
import { integer, oneOf, structure, text } from '../shape/shape.js'
import { operation } from './operation.js'
import { pipelineName } from './shapes/names.js'

const list = 'ListDeliveries'

/** The newest first; of one pipeline, or of all. */
export const listDeliveries = operation({
  name: list,
  service: 'penstock',
  input: structure(
    {},
    {
      pipelineName,
      status: oneOf('Pending', 'Delivered', 'GivenUp'),
      maxResults: integer({ min: 1, max: 1_000 }),
      nextToken: text({ min: 1, max: 2_048 }),
    },
  ),
  resource: ({ pipelineName }, arns) => (pipelineName === undefined ? '*' : arns.pipeline(pipelineName)),
  async run({ deliveries }, _by, { maxResults: limit = pageSize, nextToken, ...filter }) {
    const before = positionOf<number>(list, nextToken, 'number')
    const page = await deliveries.page({ ...filter, ...defined({ before }), limit })
    return withToken({ deliveries: page.deliveries.map(viewOf) }, list, page.next)
  },
})

/**
 * Delivers once more what has ended, or at once what waits, under its own id.
 * Errors: ResourceNotFoundException; ConflictException while an attempt goes on.
 */
export const redeliver = operation({
  name: 'Redeliver',
  service: 'penstock',
  input: structure({ deliveryId: text({ min: 1, max: 100 }) }),
  resource: () => '*',
  changes: true,
  run: async ({ deliveries }, _by, { deliveryId }) => ({ delivery: viewOf(await deliveries.redeliver(deliveryId)) }),
  detail: ({ deliveryId }) => deliveryId,
})

function viewOf(delivery: Delivery) {
  const { id: deliveryId, notifier, receiver, status, attempts, inFlight, possibleDuplicate, notification } = delivery
  const { kind, subject, pipelineName, pipelineExecutionId } = notification
  const error = status === 'Delivered' ? undefined : delivery.log.at(-1)?.error
  return {
    deliveryId,
    notifier,
    receiver,
    status,
    kind,
    subject,
    attempts,
    inFlight,
    possibleDuplicate,
    created: new Date(delivery.created),
    ...defined({ pipelineName, pipelineExecutionId, error }),
    ...(status === 'Pending' ? { nextAttempt: new Date(delivery.due) } : {}),
    ...(delivery.ended === undefined ? {} : { ended: new Date(delivery.ended) }),
    attemptLog: delivery.log.map(({ at, ms, error }) => ({ at: new Date(at), ms, ...defined({ error }) })),
  }
}
