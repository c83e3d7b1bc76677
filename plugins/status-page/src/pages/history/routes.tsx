import type { PastExecution, PrincipalOperations, Views } from '@penstock/core'
import { type Ctx, operationsOf, type PageRouter, param, query, type Site } from '../../site.js'
import { boardOf } from '../../state/board.js'
import { show } from '../../view/show.js'
import { HistoryPage } from './page.js'

/** What the history is narrowed to; empty texts narrow nothing. */
export interface HistoryFilter {
  readonly status: string
  readonly trigger: string
  /** Only executions that succeeded in this stage. */
  readonly stage: string
  /** Part of an execution's id, a revision, its message or who started it. */
  readonly text: string
}

const pageSize = 25
/** A filter looks through at most so many pages of the operation before it offers to go on. */
const mostLooks = 10
/** Of so many of the newest executions the authors are shown and found. */
const authorsKnown = 300

/** All executions of a pipeline, newest first, in pages. */
export function historyRoutes(router: PageRouter, site: Site): void {
  router.get('/pipelines/:name/history', async (ctx: Ctx) => {
    const operations = operationsOf(ctx, site)
    const name = param(ctx, 'name')
    await operations.authorize('listPipelineExecutions', { pipelineName: name })
    const { pipeline } = await operations.getPipeline({ name })
    const filter = readFilter(ctx)
    const [past, [standing]] = await Promise.all([
      site.server.overview.recent([name], authorsKnown),
      boardOf(site).of([name]),
    ])
    const found = await look(operations, name, filter, past, query(ctx, 'page'))
    const stages = pipeline.stages.map((stage) => stage.name)
    const parallel = pipeline.executionMode === 'PARALLEL'
    const rest = { ...found, standing, past, now: site.server.clock.now() }
    const page = <HistoryPage pipeline={name} filter={filter} stages={stages} parallel={parallel} {...rest} />
    show(ctx, site, { title: `History of ${name}`, section: 'pipelines' }, page)
  })
}

function readFilter(ctx: Ctx): HistoryFilter {
  return {
    status: query(ctx, 'status') ?? '',
    trigger: query(ctx, 'trigger') ?? '',
    stage: query(ctx, 'stage') ?? '',
    text: (query(ctx, 'text') ?? '').trim(),
  }
}

interface Found {
  readonly executions: readonly Views.PipelineExecutionSummary[]
  /** Where to go on; undefined at the end. */
  readonly next: string | undefined
}

/** The operation itself filters by stage only; the rest is looked through here, page by page of it. */
async function look(
  operations: PrincipalOperations,
  name: string,
  filter: HistoryFilter,
  past: readonly PastExecution[],
  from?: string,
): Promise<Found> {
  const authors = new Map(past.map((one) => [one.pipelineExecutionId, one.sourceRevisions.map(({ author }) => author)]))
  const narrow = filter.stage ? { filter: { succeededInStage: { stageName: filter.stage } } } : {}
  const executions: Views.PipelineExecutionSummary[] = []
  let next = from
  for (let looks = 0; looks < mostLooks; looks++) {
    const page = await operations.listPipelineExecutions({
      pipelineName: name,
      maxResults: pageSize,
      nextToken: next,
      ...narrow,
    })
    executions.push(
      ...page.pipelineExecutionSummaries.filter((each) =>
        matches(each, filter, authors.get(each.pipelineExecutionId) ?? []),
      ),
    )
    next = page.nextToken
    if (!next || executions.length >= pageSize) break
  }
  return { executions, next }
}

function matches(
  execution: Views.PipelineExecutionSummary,
  { status, trigger, text }: HistoryFilter,
  authors: readonly (string | undefined)[],
): boolean {
  if (status && execution.status !== status) return false
  if (trigger && execution.trigger.triggerType !== trigger) return false
  if (!text) return true
  const revisions = execution.sourceRevisions.flatMap((each) => [each.revisionId, each.revisionSummary])
  const words = [
    execution.pipelineExecutionId,
    execution.trigger.triggerDetail,
    execution.statusSummary,
    ...revisions,
    ...authors,
  ]
  return words.some((word) => word?.toLowerCase().includes(text.toLowerCase()))
}
