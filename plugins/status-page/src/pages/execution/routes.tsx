import { csrfToken } from '../../http/csrf.js'
import { liveStream } from '../../live/stream.js'
import { type Ctx, operationsOf, type PageRouter, param, type Site } from '../../site.js'
import { shortId } from '../../view/link.js'
import { show } from '../../view/show.js'
import { loadExecution } from './model.js'
import { ExecutionPage, executionSections } from './page.js'

/** One execution, kept current. */
export function executionRoutes(router: PageRouter, site: Site): void {
  router.get('/pipelines/:name/executions/:id', async (ctx: Ctx) => {
    const model = await read(ctx, site)
    const now = site.server.clock.now()
    const title = `Execution ${shortId(param(ctx, 'id'))} of ${param(ctx, 'name')}`
    show(ctx, site, { title, section: 'pipelines' }, <ExecutionPage model={model} csrf={csrfToken(ctx)} now={now} />)
  })
  router.get('/pipelines/:name/executions/:id/events', async (ctx: Ctx) => {
    const { execution } = await read(ctx, site)
    const csrf = csrfToken(ctx)
    liveStream(ctx, site, {
      wants: (change) =>
        change.pipelineName === execution.pipelineName &&
        (change.pipelineExecutionId ?? execution.pipelineExecutionId) === execution.pipelineExecutionId,
      render: async () => executionSections({ model: await read(ctx, site), csrf, now: site.server.clock.now() }),
    })
  })
}

function read(ctx: Ctx, site: Site) {
  return loadExecution(operationsOf(ctx, site), param(ctx, 'name'), param(ctx, 'id'))
}
