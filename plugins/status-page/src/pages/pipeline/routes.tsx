import type { PrincipalOperations } from '@penstock/core'
import { csrfToken } from '../../http/csrf.js'
import { liveRoute } from '../../live/routes.js'
import { type Ctx, operationsOf, type PageRouter, param, type Site } from '../../site.js'
import { show } from '../../view/show.js'
import { panelsOf } from '../contributions/panels.js'
import { loadPipeline } from './model.js'
import { PipelinePage, pipelineSections } from './page.js'
import { rollbackRoutes } from './rollback.js'
import { stageRoutes } from './stage-routes.js'
import { startAndStopRoutes } from './start-stop.js'

/** One pipeline: the page, what keeps it current, and everything that its buttons do. */
export function pipelineRoutes(router: PageRouter, site: Site): void {
  router.get('/pipelines/:name', async (ctx: Ctx) => {
    const model = await read(site, operationsOf(ctx, site), param(ctx, 'name'))
    const now = site.server.clock.now()
    const page = (
      <>
        <PipelinePage model={model} csrf={csrfToken(ctx)} now={now} />
        {await panelsOf(ctx, site, 'pipeline', { pipelineName: model.name })}
      </>
    )
    show(ctx, site, { title: model.title, section: 'pipelines', state: model.state.name }, page)
  })
  liveRoute(site, '/pipelines/:name/events', async ({ operations, params, csrf }) => {
    // Read once at first: who may not, or asks for what is not there, is refused.
    const { name } = await read(site, operations, params.name ?? '')
    return {
      wants: (change) => change.pipelineName === name,
      render: async () =>
        pipelineSections({ model: await read(site, operations, name), csrf, now: site.server.clock.now() }),
    }
  })
  startAndStopRoutes(router, site)
  stageRoutes(router, site)
  rollbackRoutes(router, site)
}

async function read(site: Site, operations: PrincipalOperations, name: string) {
  await operations.authorize('getPipelineState', { name })
  return loadPipeline(site, operations, name)
}
