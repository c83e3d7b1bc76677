import type { PrincipalOperations } from '@penstock/core'
import { csrfToken } from '../../http/csrf.js'
import { liveRoute } from '../../live/routes.js'
import { type Ctx, operationsOf, type PageRouter, param, type Site } from '../../site.js'
import { show } from '../../view/show.js'
import { panelsOf } from '../contributions/panels.js'
import { loadExecution } from './model.js'
import { ExecutionPage, executionSections, titleOf } from './page.js'

/** One execution, kept current. */
export function executionRoutes(router: PageRouter, site: Site): void {
  router.get('/pipelines/:name/executions/:id', async (ctx: Ctx) => {
    const model = await read(site, operationsOf(ctx, site), param(ctx, 'name'), param(ctx, 'id'))
    const now = site.server.clock.now()
    const { pipelineName, pipelineExecutionId } = model.execution
    const page = (
      <>
        <ExecutionPage model={model} csrf={csrfToken(ctx)} now={now} />
        {await panelsOf(ctx, site, 'execution', { pipelineName, pipelineExecutionId })}
      </>
    )
    show(ctx, site, { title: titleOf(model), section: 'pipelines', state: model.state.name }, page)
  })
  liveRoute(site, '/pipelines/:name/executions/:id/events', async ({ operations, params, csrf }) => {
    const { name = '', id = '' } = params
    const { execution } = await read(site, operations, name, id)
    return {
      wants: (change) =>
        change.pipelineName === execution.pipelineName &&
        (change.pipelineExecutionId ?? execution.pipelineExecutionId) === execution.pipelineExecutionId,
      render: async () =>
        executionSections({ model: await read(site, operations, name, id), csrf, now: site.server.clock.now() }),
    }
  })
}

async function read(site: Site, operations: PrincipalOperations, name: string, id: string) {
  await operations.authorize('getPipelineExecution', { pipelineName: name })
  return loadExecution(site, operations, name, id)
}
