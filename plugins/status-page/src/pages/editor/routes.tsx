import { knownTypes } from '../../editor/known-types.js'
import { newDraft } from '../../editor/new-draft.js'
import { csrfToken } from '../../http/csrf.js'
import { type Ctx, operationsOf, type PageRouter, param, query, type Site } from '../../site.js'
import { show } from '../../view/show.js'
import { deleteRoutes } from './delete.js'
import { drawEditor } from './draw.js'
import { anyPipeline } from './new-pipeline.js'
import { postEditor } from './post.js'
import { Wizard } from './wizard.js'

/** Creating, changing and deleting a pipeline. */
export function editorRoutes(router: PageRouter, site: Site): void {
  router.get('/create', async (ctx: Ctx) => {
    const operations = operationsOf(ctx, site)
    await operations.authorize('createPipeline', anyPipeline)
    const page = <Wizard types={(await knownTypes(operations)).types} />
    show(ctx, site, { title: 'New pipeline', section: 'pipelines' }, page)
  })
  router.get('/create/form', async (ctx: Ctx) => {
    const operations = operationsOf(ctx, site)
    await operations.authorize('createPipeline', anyPipeline)
    const wish = {
      name: query(ctx, 'name') ?? '',
      source: query(ctx, 'source') ?? '',
      build: query(ctx, 'build') ?? '',
      test: query(ctx, 'test') ?? '',
      approval: query(ctx, 'approval') ?? '',
      deploy: query(ctx, 'deploy') ?? '',
    }
    const draft = newDraft(wish, (await knownTypes(operations)).types, site.server.identity)
    await drawEditor(ctx, site, { draft, as: query(ctx, 'as') === 'json' ? 'json' : 'form' })
  })
  router.post('/create', (ctx: Ctx) => postEditor(ctx, site, undefined))
  router.get('/pipelines/:name/edit', async (ctx: Ctx) => {
    const name = param(ctx, 'name')
    const operations = operationsOf(ctx, site)
    await operations.authorize('updatePipeline', { pipeline: { name } })
    const { pipeline } = await operations.getPipeline({ name })
    const as = query(ctx, 'as') === 'json' ? 'json' : 'form'
    await drawEditor(ctx, site, { draft: pipeline, as, existing: name, version: pipeline.version })
  })
  router.post('/pipelines/:name/edit', (ctx: Ctx) => postEditor(ctx, site, param(ctx, 'name')))
  deleteRoutes(router, site, csrfToken)
}
