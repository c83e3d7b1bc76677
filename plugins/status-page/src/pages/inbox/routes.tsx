import type { LiveExecution, PastExecution, PrincipalOperations } from '@penstock/core'
import { csrfToken } from '../../http/csrf.js'
import { liveRoute } from '../../live/routes.js'
import { Live, section } from '../../live/section.js'
import { type Ctx, operationsOf, type PageRouter, type Site } from '../../site.js'
import { show } from '../../view/show.js'
import { Fork, loadForks, type WaitingFork } from '../forks/waiting.js'
import { Approval, type Asked } from '../pipeline/approval.js'
import { digestsOf } from '../pipeline/digests.js'
import { answerable } from '../pipeline/may-answer.js'
import { aboutThis, toldOf } from '../pipeline/told.js'
import { newerThan } from '../pipeline/truth.js'
import { visible } from '../pipelines/model.js'

/** Executions looked through for what is new since what is live. */
const lookedBack = 30

/** All approvals that wait, those of the reader's first. */
export function inboxRoutes(router: PageRouter, site: Site): void {
  router.get('/inbox', async (ctx: Ctx) => {
    const operations = operationsOf(ctx, site)
    await operations.authorize('listPipelines', {})
    const [asked, forks] = await Promise.all([loadAsked(site, operations), loadForks(operations)])
    const page = (
      <>
        <header class="page-head">
          <h1>Inbox</h1>
          <p class="lead">What waits for somebody's answer, yours first.</p>
        </header>
        <Live from="/inbox/events">
          <Inbox asked={asked} forks={forks} csrf={csrfToken(ctx)} />
        </Live>
      </>
    )
    const mine = asked.filter(isMine).length + forks.filter((one) => one.mayAnswer).length
    const title = mine > 0 ? `${mine} wait for you` : 'Inbox'
    show(ctx, site, { title, section: 'inbox', state: mine > 0 ? 'person' : undefined }, page)
  })
  liveRoute(site, '/inbox/events', async ({ operations, csrf }) => {
    await operations.authorize('listPipelines', {})
    return {
      wants: () => true,
      render: async () => {
        const [asked, forks] = await Promise.all([loadAsked(site, operations), loadForks(operations)])
        return [section('inbox', site.server.clock.now(), <Inbox asked={asked} forks={forks} csrf={csrf} />)]
      },
    }
  })
}

function askedIn(operations: PrincipalOperations, execution: LiveExecution): Asked[] {
  return execution.actions
    .filter(({ approval }) => approval)
    .map((action) => ({
      execution,
      action,
      answerable: answerable(operations, execution.pipelineName, action),
    }))
}

async function loadAsked(site: Site, operations: PrincipalOperations): Promise<Asked[]> {
  const entries = await visible(site, operations)
  const asked = entries.flatMap(({ standing }) => standing.live.flatMap((execution) => askedIn(operations, execution)))
  const found = await Promise.all(asked.map((one) => withChanges(site, operations, one)))
  return found.sort((a, b) => Number(isMine(b)) - Number(isMine(a)) || a.action.started - b.action.started)
}

const isMine = ({ answerable: how }: Asked) => how === 'yes'

async function withChanges(site: Site, operations: PrincipalOperations, asked: Asked): Promise<Asked> {
  const name = asked.execution.pipelineName
  if (!operations.may('listPipelineExecutions', { pipelineName: name })) return asked
  const [deployed, past, digests, told] = await Promise.all([
    site.server.overview.deployed(name),
    site.server.overview.recent([name], lookedBack),
    digestsOf(site.server.artifacts, asked.action.approval?.standing?.artifacts ?? []),
    toldOf(operations, name),
  ])
  const known = {
    ...asked,
    digests,
    told: aboutThis(told, asked.execution, asked.action),
    mayTell: operations.may('redeliver', {}),
  }
  const live = deployed.at(-1)
  if (!live) return known
  const upTo = ({ started }: PastExecution) => started <= asked.execution.started
  return { ...known, liveIn: live.stageName, changes: newerThan(past, live.execution).filter(upTo) }
}

interface InboxProps {
  readonly asked: readonly Asked[]
  readonly forks: readonly WaitingFork[]
  readonly csrf: string
}

function Inbox({ asked, forks, csrf }: InboxProps) {
  return (
    <div id="inbox" class="waits">
      {asked.length + forks.length === 0 && <p class="empty">Nothing waits for anybody.</p>}
      {asked.map((one) => (
        <Approval key={one.action.actionExecutionId} asked={one} csrf={csrf} named back="inbox" />
      ))}
      {forks.map((one) => (
        <Fork key={`${one.request.pipelineName} ${one.request.revisionId}`} fork={one} csrf={csrf} />
      ))}
    </div>
  )
}
