/** What goes on in the whole server: pipelines at a glance, the queue, and who did what. */
import type { PipelineOverview } from '../host/overview-service.js'
import type { JobInHand, QueueOverview } from '../host/queue-service.js'
import { integer, list, structure, text } from '../shape/shape.js'
import { listPipelineExecutions } from './executions.js'
import { type OperationServices, operation } from './operation.js'
import { getPipelineState } from './pipelines.js'
import { pipelineName } from './shapes/names.js'
import { maxPipelines, nextToken } from './shapes/page.js'

/**
 * Pipelines for a list, by name: all, those named, or those whose names hold a text. Whoever calls sees those whose state
 * it may see, and the newest executions of those whose executions it may list.
 */
export const listPipelineOverviews = operation({
  name: 'ListPipelineOverviews',
  service: 'penstock',
  action: 'codepipeline:ListPipelines',
  input: structure(
    {},
    { names: list(pipelineName, { max: 100 }), nameContains: text(), nextToken, maxResults: maxPipelines },
  ),
  resource: (_, arns) => arns.everything(),
  async run(services, by, { names, nameContains, nextToken: after, maxResults: limit = 50 }) {
    const sees = (name: string) => services.may(by, getPipelineState, { name })
    const found = names?.filter(sees) ?? (await visibleNames(services, sees, { holds: nameContains, after, limit }))
    const shown = names ? found : found.slice(0, limit)
    const pipelines = shown.length === 0 ? [] : await services.overview.pipelines(shown)
    const last = found.length > shown.length ? shown.at(-1) : undefined
    return {
      pipelines: pipelines.map((one) =>
        withoutHidden(one, services.may(by, listPipelineExecutions, { pipelineName: one.name })),
      ),
      ...(last !== undefined && { nextToken: last }),
    }
  },
})

interface Wanted {
  readonly holds: string | undefined
  readonly after: string | undefined
  readonly limit: number
}

/** One name more than is wanted, to know whether there is a next page. */
async function visibleNames(
  { overview }: OperationServices,
  sees: (name: string) => boolean,
  { holds, after, limit }: Wanted,
): Promise<string[]> {
  const found: string[] = []
  let from = after
  while (found.length <= limit) {
    const names = await overview.names({ holds, after: from, limit: limit + 1 })
    found.push(...names.filter(sees))
    from = names.at(-1)
    if (names.length <= limit) break
  }
  return found.slice(0, limit + 1)
}

function withoutHidden({ latest, ...pipeline }: PipelineOverview, mayList: boolean): PipelineOverview {
  return { ...pipeline, ...(latest && mayList && { latest }) }
}

/** Who works, on what, and what waits for whom. Jobs of pipelines whose state the caller may not see are counted, not named. */
export const getQueue = operation({
  name: 'GetQueue',
  service: 'penstock',
  action: 'codepipeline:ListPipelines',
  input: structure({}),
  resource: (_, arns) => arns.everything(),
  async run({ queue, may }, by): Promise<VisibleQueue> {
    const { inHand, ...rest } = await queue.overview()
    const visible = inHand.filter(({ pipelineName: name }) => may(by, getPipelineState, { name }))
    return { ...rest, inHand: visible, hiddenInHand: inHand.length - visible.length }
  },
})

/** The queue as one caller may see it. */
export interface VisibleQueue extends QueueOverview {
  readonly inHand: readonly JobInHand[]
  /** Jobs that are in hand, too, of pipelines that the caller may not see. */
  readonly hiddenInHand: number
}

/** What changed something, or was refused, newest first. Times are epoch milliseconds. */
export const listAuditEntries = operation({
  name: 'ListAuditEntries',
  service: 'penstock',
  action: 'penstock:ReadAuditLog',
  input: structure({}, { nextToken: text({ pattern: '[0-9]{1,16}' }), maxResults: integer({ min: 1, max: 1000 }) }),
  resource: (_, arns) => arns.everything(),
  async run({ access }, _by, { nextToken: before, maxResults: limit = 50 }) {
    const entries = await access.auditLog({ limit, ...(before !== undefined && { before: Number(before) }) })
    const last = entries.at(-1)
    return { entries, ...(last && entries.length >= limit && { nextToken: String(last.at) }) }
  },
})
