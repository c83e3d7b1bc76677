import { csrfToken } from '../../http/csrf.js'
import { liveStream } from '../../live/stream.js'
import { type Ctx, operationsOf, type PageRouter, param, type Site } from '../../site.js'
import { show } from '../../view/show.js'
import { loadPipeline } from './model.js'
import { PipelinePage, pipelineSections } from './page.js'
import { rollbackRoutes } from './rollback.js'
import { stageRoutes } from './stage-routes.js'
import { startAndStopRoutes } from './start-stop.js'

/** One pipeline: the page, its live stream, and everything that its buttons do. */
export function pipelineRoutes(router: PageRouter, site: Site): void {
  router.get('/pipelines/:name', async (ctx: Ctx) => {
    const model = await read(ctx, site)
    show(ctx, site, { title: model.name, section: 'pipelines' }, <PipelinePage model={model} csrf={csrfToken(ctx)} />)
  })
  router.get('/pipelines/:name/events', async (ctx: Ctx) => {
    // Read once before the stream opens: who may not, or asks for what is not there, gets a plain refusal.
    const { name } = await read(ctx, site)
    const csrf = csrfToken(ctx)
    liveStream(ctx, site, {
      wants: (change) => change.pipelineName === name,
      render: async () => pipelineSections({ model: await read(ctx, site), csrf }, site.server.clock.now()),
    })
  })
  startAndStopRoutes(router, site)
  stageRoutes(router, site)
  rollbackRoutes(router, site)
}

function read(ctx: Ctx, site: Site) {
  return loadPipeline(operationsOf(ctx, site), param(ctx, 'name'))
}
