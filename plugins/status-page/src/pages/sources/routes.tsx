import type { PrincipalOperations, SourceStatus } from '@penstock/core'
import { act } from '../../http/act.js'
import { csrfToken } from '../../http/csrf.js'
import { liveRoute } from '../../live/routes.js'
import { Live, section } from '../../live/section.js'
import { type Ctx, field, operationsOf, type PageRouter, type Site } from '../../site.js'
import { Icon } from '../../view/icons.js'
import { to } from '../../view/link.js'
import { Revision } from '../../view/revision.js'
import { show } from '../../view/show.js'
import { Ago } from '../../view/time.js'
import { PollNow } from './poll-now.js'

/** Pipelines whose sources the page lists. */
const most = 1_000
/** Polls say nothing when nothing is new: the page is looked at again after so many seconds. */
const pollSeconds = 10

/** How the polling of all sources stands, those with problems first. */
export function sourceRoutes(router: PageRouter, site: Site): void {
  router.get('/sources', async (ctx: Ctx) => {
    const operations = operationsOf(ctx, site)
    const sources = await allSources(operations)
    const page = <SourcesPage sources={sources} csrf={csrfToken(ctx)} mayPoll={pollRight(operations)} />
    show(ctx, site, { title: 'Sources', section: 'sources' }, page)
  })
  router.post('/sources/poll', async (ctx: Ctx) => {
    const about = { pipelineName: field(ctx, 'pipeline'), actionName: field(ctx, 'action') }
    const operations = operationsOf(ctx, site)
    await operations.authorize('pollSource', about)
    const back = field(ctx, 'back') === 'sources' ? '/sources' : to.pipeline(about.pipelineName)
    await act(ctx, back, `${about.actionName} of ${about.pipelineName} is being looked at.`, () =>
      operations.pollSource(about),
    )
  })
  liveRoute(site, '/sources/events', async ({ operations, csrf }) => {
    await operations.authorize('listPipelines', {})
    return {
      wants: () => false,
      every: pollSeconds * 1000,
      render: async () => [
        section(
          'sources',
          site.server.clock.now(),
          <Sources sources={await allSources(operations)} csrf={csrf} mayPoll={pollRight(operations)} />,
        ),
      ],
    }
  })
}

async function allSources(operations: PrincipalOperations): Promise<SourceStatus[]> {
  const found: SourceStatus[] = []
  let nextToken: string | undefined
  do {
    const page = await operations.listPipelines({ maxResults: 100, nextToken })
    const names = page.pipelines.map(({ name: pipelineName }) => ({ pipelineName }))
    const visible = names.filter((about) => operations.may('listSources', about))
    found.push(...(await Promise.all(visible.map(operations.listSources))).flatMap(({ sources }) => sources))
    nextToken = page.nextToken
  } while (nextToken && found.length < most)
  return found.sort((a, b) => b.failures - a.failures || a.pipelineName.localeCompare(b.pipelineName))
}

interface SourcesProps {
  readonly sources: readonly SourceStatus[]
  readonly csrf: string
  readonly mayPoll: (pipelineName: string) => boolean
}

function pollRight(operations: PrincipalOperations): SourcesProps['mayPoll'] {
  return (pipelineName) => operations.may('pollSource', { pipelineName })
}

function SourcesPage(props: SourcesProps) {
  return (
    <>
      <header class="page-head">
        <h1>Sources</h1>
        <p class="lead">When each source was last looked at, and what was found.</p>
      </header>
      <Live from="/sources/events">
        <Sources {...props} />
      </Live>
    </>
  )
}

function Sources({ sources, csrf, mayPoll }: SourcesProps) {
  return (
    <section class="panel" aria-label="Sources" id="sources">
      {sources.length === 0 ? (
        <p class="quiet pad">No pipeline has a source that is polled.</p>
      ) : (
        <table class="table cards sources">
          <thead>
            <tr>
              <th scope="col">Pipeline</th>
              <th scope="col">Source</th>
              <th scope="col">State</th>
              <th scope="col">Newest revision</th>
              <th scope="col">Looked at</th>
              <th scope="col">Next</th>
              <th scope="col">
                <span class="sr">Look now</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {sources.map((source) => (
              <Row
                key={`${source.pipelineName}/${source.actionName}`}
                source={source}
                csrf={csrf}
                mayPoll={mayPoll(source.pipelineName)}
              />
            ))}
          </tbody>
        </table>
      )}
    </section>
  )
}

interface RowProps {
  readonly source: SourceStatus
  readonly csrf: string
  readonly mayPoll: boolean
}

function Row({ source, csrf, mayPoll }: RowProps) {
  const { lastRevision: revision } = source
  return (
    <tr>
      <td data-label="Pipeline">
        <a href={to.pipeline(source.pipelineName)}>{source.pipelineName}</a>
      </td>
      <td data-label="Source">
        {source.actionName}
        <span class="quiet block schedule">{source.schedule}</span>
      </td>
      <td data-label="State" class="how">
        <span class={`status tone-${source.error ? 'failed' : 'succeeded'}`}>
          <Icon name={source.error ? 'warning' : 'succeeded'} />
          <span>{source.error ? `failed ${source.failures === 1 ? 'once' : `${source.failures} times`}` : 'fine'}</span>
        </span>
        {source.error && <span class="error-text block">{source.error}</span>}
      </td>
      <td data-label="Newest revision" class="found">
        {revision ? (
          <Revision id={revision.revisionId} summary={revision.revisionSummary} url={revision.revisionUrl} />
        ) : (
          <span class="quiet">none yet</span>
        )}
      </td>
      <td data-label="Looked at">
        {source.lastPolled === undefined ? <span class="quiet">not yet</span> : <Ago at={source.lastPolled} />}
      </td>
      <td data-label="Next">
        {source.nextPoll === undefined ? <span class="quiet">–</span> : <Ago at={source.nextPoll} />}
      </td>
      <td>{mayPoll && <PollNow source={source} csrf={csrf} back="sources" />}</td>
    </tr>
  )
}
