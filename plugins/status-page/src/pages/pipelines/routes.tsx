import { csrfToken } from '../../http/csrf.js'
import { liveRoute } from '../../live/routes.js'
import { type Ctx, operationsOf, type PageRouter, type Site } from '../../site.js'
import { show } from '../../view/show.js'
import { anyPipeline } from '../editor/new-pipeline.js'
import { liveList } from './live.js'
import { type Filter, filters, type Looked, loadPipelines, type Sort, sorts } from './model.js'
import { PipelinesPage } from './page.js'

/** The list of pipelines, which is the first page after the sign-in. */
export function pipelineListRoutes(router: PageRouter, site: Site): void {
  router.get('/', async (ctx: Ctx) => {
    const operations = operationsOf(ctx, site)
    await operations.authorize('listPipelines', {})
    const list = await loadPipelines(site, operations, lookedAt(new URLSearchParams(ctx.querystring)))
    const page = (
      <PipelinesPage
        list={list}
        csrf={csrfToken(ctx)}
        mayCreate={operations.may('createPipeline', anyPipeline)}
        now={site.server.clock.now()}
      />
    )
    show(ctx, site, { title: titleOf(list.counts), section: 'pipelines' }, page)
  })
  router.get('/pipelines', (ctx: Ctx) => {
    ctx.redirect('/')
  })
  liveRoute(site, '/events', async ({ operations, query, csrf }) => {
    await operations.authorize('listPipelines', {})
    return liveList(site, operations, lookedAt(query), csrf)
  })
}

function lookedAt(query: URLSearchParams): Looked {
  const sort = query.get('sort') ?? ''
  return {
    show: filters.find((filter) => filter === query.get('show')) ?? ('all' satisfies Filter),
    find: (query.get('q') ?? '').trim().slice(0, 300),
    sort: Object.hasOwn(sorts, sort) ? (sort as Sort) : 'need',
    page: Math.max(1, Math.min(10_000, Number.parseInt(query.get('page') ?? '1', 10) || 1)),
  }
}

/** What the tab says while another is looked at. */
function titleOf({ waiting, broken }: { readonly waiting: number; readonly broken: number }): string {
  const news = [waiting > 0 && `${waiting} wait for you`, broken > 0 && `${broken} broken`].filter(Boolean)
  return [...news, 'Pipelines'].join(' · ')
}
