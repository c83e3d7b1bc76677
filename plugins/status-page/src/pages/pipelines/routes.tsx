import { csrfToken } from '../../http/csrf.js'
import { demand, may } from '../../http/permissions.js'
import { liveStream } from '../../live/stream.js'
import { type Ctx, type PageRouter, principalOf, query, type Site } from '../../site.js'
import { show } from '../../view/show.js'
import { loadPipelines } from './model.js'
import { PipelinesPage, pipelineListSections } from './page.js'

/** The list of pipelines, which is the first page after the sign-in. */
export function pipelineListRoutes(router: PageRouter, site: Site): void {
  router.get('/', async (ctx: Ctx) => {
    const by = principalOf(ctx)
    demand(site, by, 'ListPipelines')
    const token = query(ctx, 'page')
    const list = await loadPipelines(site, by, token)
    const page = (
      <PipelinesPage list={list} csrf={csrfToken(ctx)} mayCreate={may(site, by, 'CreatePipeline')} token={token} />
    )
    show(ctx, site, { title: 'Pipelines', section: 'pipelines' }, page)
  })
  router.get('/pipelines', (ctx: Ctx) => {
    ctx.redirect('/')
  })
  router.get('/events', (ctx: Ctx) => {
    const by = principalOf(ctx)
    demand(site, by, 'ListPipelines')
    const token = query(ctx, 'page')
    const csrf = csrfToken(ctx)
    liveStream(ctx, site, {
      wants: () => true,
      render: async () =>
        pipelineListSections({ list: await loadPipelines(site, by, token), csrf }, site.server.clock.now()),
    })
  })
}
