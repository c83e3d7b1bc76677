import type { LiveExecution, PastExecution, Principal, PrincipalOperations } from '@penstock/core'
import { liveRoute } from '../../live/routes.js'
import { Live, section } from '../../live/section.js'
import { type Ctx, operationsOf, type PageRouter, principalOf, type Site } from '../../site.js'
import { boardOf } from '../../state/board.js'
import { ExecutionLink, to } from '../../view/link.js'
import { personOf } from '../../view/person.js'
import { Commit } from '../../view/revision.js'
import { show } from '../../view/show.js'
import { anyState, stateOfStatus } from '../../view/state.js'
import { StateMark } from '../../view/status.js'
import { Ago, duration } from '../../view/time.js'
import { Trigger } from '../../view/trigger.js'

const pageSize = 40
/** Reads before the page gives up finding more that the reader may see. */
const mostReads = 10

interface Looked {
  /** Whose executions `mine` are. */
  readonly arn: string
  readonly mine: boolean
  readonly status: string
  readonly before: { readonly started: number; readonly pipelineExecutionId: string } | undefined
}

interface Found {
  readonly executions: readonly (PastExecution | LiveExecution)[]
  readonly next: PastExecution | undefined
}

/** What happened lately, over all pipelines. */
export function activityRoutes(router: PageRouter, site: Site): void {
  router.get('/activity', async (ctx: Ctx) => {
    const operations = operationsOf(ctx, site)
    await operations.authorize('listPipelines', {})
    const looked = lookedAt(new URLSearchParams(ctx.querystring), principalOf(ctx))
    const found = await load(site, operations, looked)
    const now = site.server.clock.now()
    show(ctx, site, { title: 'Activity', section: 'activity' }, <Activity looked={looked} found={found} now={now} />)
  })
  liveRoute(site, '/activity/events', async ({ by, operations, query }) => {
    await operations.authorize('listPipelines', {})
    const looked = lookedAt(query, by)
    return {
      wants: () => true,
      render: async () => {
        const now = site.server.clock.now()
        return [section('activity', now, <Table found={await load(site, operations, looked)} now={now} />)]
      },
    }
  })
}

function lookedAt(query: URLSearchParams, { arn }: Principal): Looked {
  const [started, id] = (query.get('before') ?? '').split(' ')
  const before = id && Number(started) > 0 ? { started: Number(started), pipelineExecutionId: id } : undefined
  return { arn, mine: query.get('mine') === 'yes', status: query.get('status') ?? '', before }
}

function addressOf({ mine, status, before }: Looked): string {
  const query = new URLSearchParams({
    ...(mine && { mine: 'yes' }),
    ...(status && { status }),
    ...(before && { before: `${before.started} ${before.pipelineExecutionId}` }),
  })
  return query.size > 0 ? `?${query}` : ''
}

async function load(site: Site, operations: PrincipalOperations, looked: Looked): Promise<Found> {
  const standings = await boardOf(site).all()
  const executions: PastExecution[] = []
  let before = looked.before
  let last: PastExecution | undefined
  for (let reads = 0; reads < mostReads && executions.length < pageSize; reads++) {
    const page = await site.server.overview.activity({ before, limit: pageSize * 2 })
    executions.push(...page.filter((one) => fits(operations, looked, one)))
    last = page.length === pageSize * 2 ? page.at(-1) : undefined
    if (!last) break
    before = last
  }
  const shown = executions.slice(0, pageSize)
  const living = shown.map((one) => {
    const live = standings.get(one.pipelineName)?.live
    return live?.find(({ pipelineExecutionId }) => pipelineExecutionId === one.pipelineExecutionId) ?? one
  })
  return { executions: living, next: executions.length > pageSize ? shown.at(-1) : last }
}

function fits(operations: PrincipalOperations, looked: Looked, one: PastExecution): boolean {
  if (looked.status && stateOfStatus(one.status).name !== looked.status) return false
  if (looked.mine && one.trigger.triggerDetail !== looked.arn) return false
  return operations.may('listPipelineExecutions', { pipelineName: one.pipelineName })
}

const states = [
  ['', 'All'],
  ['running', 'Running'],
  ['failed', 'Failed'],
  ['succeeded', 'Succeeded'],
] as const

function Activity({ looked, found, now }: { readonly looked: Looked; readonly found: Found; readonly now: number }) {
  const first = { ...looked, before: undefined }
  return (
    <>
      <header class="page-head">
        <h1>Activity</h1>
      </header>
      <nav class="tabs" aria-label="Executions by state">
        {states.map(([status, label]) => (
          <a
            key={label}
            href={`/activity${addressOf({ ...first, mine: false, status })}`}
            aria-current={!looked.mine && looked.status === status ? 'page' : undefined}
          >
            {label}
          </a>
        ))}
        <a href="/activity?mine=yes" aria-current={looked.mine ? 'page' : undefined}>
          Released by me
        </a>
      </nav>
      <Live from={`/activity/events${addressOf(looked)}`}>
        <Table found={found} now={now} />
      </Live>
      {found.next && (
        <p class="pager">
          <a class="button" href={`/activity${addressOf({ ...looked, before: found.next })}`}>
            Older executions
          </a>
        </p>
      )}
    </>
  )
}

function Table({ found: { executions }, now }: { readonly found: Found; readonly now: number }) {
  return (
    <div id="activity">
      {executions.length === 0 ? (
        <p class="empty">No execution fits.</p>
      ) : (
        <table class="table cards">
          <thead>
            <tr>
              <th scope="col">Pipeline</th>
              <th scope="col">State</th>
              <th scope="col">Revision</th>
              <th scope="col">Started by</th>
              <th scope="col">Started</th>
              <th scope="col">Lasted</th>
            </tr>
          </thead>
          <tbody>
            {executions.map((execution) => (
              <Row key={execution.pipelineExecutionId} execution={execution} now={now} />
            ))}
          </tbody>
        </table>
      )}
    </div>
  )
}

function Row({ execution, now }: { readonly execution: PastExecution | LiveExecution; readonly now: number }) {
  const state = anyState(execution, now)
  const { pipelineName, pipelineExecutionId, trigger, started, updated } = execution
  const person = trigger.triggerDetail?.includes(':user/') ? personOf(trigger.triggerDetail) : undefined
  return (
    <tr>
      <td data-label="Pipeline">
        <a href={to.pipeline(pipelineName)} class="break">
          {pipelineName}
        </a>{' '}
        <span class="quiet block">
          <ExecutionLink pipeline={pipelineName} id={pipelineExecutionId} />
        </span>
      </td>
      <td data-label="State">
        <StateMark state={state} quiet />
        {state.detail && <span class="quiet block">{state.detail}</span>}
        {execution.stopReason && <span class="quiet block">{execution.stopReason}</span>}
      </td>
      <td data-label="Revision" class="revisions">
        <Commit revision={execution.sourceRevisions[0]} more={execution.sourceRevisions.length - 1} />
      </td>
      <td data-label="Started by">{person ?? <Trigger trigger={trigger} />}</td>
      <td data-label="Started">
        <Ago at={started} />
      </td>
      <td data-label="Lasted" class="nowrap">
        {'actions' in execution ? (
          <span class="quiet">{duration(now - started)} so far</span>
        ) : (
          duration(updated - started)
        )}
      </td>
    </tr>
  )
}
