import { csrfToken } from '../../http/csrf.js'
import { liveStream } from '../../live/stream.js'
import { type Ctx, operationsOf, type PageRouter, query, type Site } from '../../site.js'
import { show } from '../../view/show.js'
import { anyPipeline } from '../editor/new-pipeline.js'
import { liveList } from './live.js'
import { type Looked, loadPipelines } from './model.js'
import { PipelinesPage } from './page.js'

/** The list of pipelines, which is the first page after the sign-in. */
export function pipelineListRoutes(router: PageRouter, site: Site): void {
  router.get('/', async (ctx: Ctx) => {
    const operations = operationsOf(ctx, site)
    const list = await loadPipelines(operations, looked(ctx))
    const mayCreate = operations.may('createPipeline', anyPipeline)
    const page = <PipelinesPage list={list} csrf={csrfToken(ctx)} mayCreate={mayCreate} />
    show(ctx, site, { title: 'Pipelines', section: 'pipelines' }, page)
  })
  router.get('/pipelines', (ctx: Ctx) => {
    ctx.redirect('/')
  })
  router.get('/events', async (ctx: Ctx) => {
    const operations = operationsOf(ctx, site)
    await operations.authorize('listPipelineOverviews', {})
    liveStream(ctx, site, liveList(site, operations, looked(ctx), csrfToken(ctx)))
  })
}

function looked(ctx: Ctx): Looked {
  return { holds: query(ctx, 'q')?.trim() || undefined, after: query(ctx, 'after') }
}
