import { csrfToken } from '../../http/csrf.js'
import { demand, may } from '../../http/permissions.js'
import { liveStream } from '../../live/stream.js'
import { type Ctx, type PageRouter, principalOf, query, type Site } from '../../site.js'
import { show } from '../../view/show.js'
import { liveList } from './live.js'
import { type Looked, loadPipelines } from './model.js'
import { PipelinesPage } from './page.js'

/** The list of pipelines, which is the first page after the sign-in. */
export function pipelineListRoutes(router: PageRouter, site: Site): void {
  router.get('/', async (ctx: Ctx) => {
    const by = principalOf(ctx)
    demand(site, by, 'ListPipelines')
    const list = await loadPipelines(site, by, looked(ctx))
    const page = <PipelinesPage list={list} csrf={csrfToken(ctx)} mayCreate={may(site, by, 'CreatePipeline')} />
    show(ctx, site, { title: 'Pipelines', section: 'pipelines' }, page)
  })
  router.get('/pipelines', (ctx: Ctx) => {
    ctx.redirect('/')
  })
  router.get('/events', (ctx: Ctx) => {
    const by = principalOf(ctx)
    demand(site, by, 'ListPipelines')
    liveStream(ctx, site, liveList(site, by, looked(ctx), csrfToken(ctx)))
  })
}

function looked(ctx: Ctx): Looked {
  return { holds: query(ctx, 'q')?.trim() || undefined, after: query(ctx, 'after') }
}
