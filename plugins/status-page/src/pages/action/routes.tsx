import type { Views } from '@penstock/core'
import { csrfToken } from '../../http/csrf.js'
import { type Ctx, operationsOf, type PageRouter, param, type Site } from '../../site.js'
import { show } from '../../view/show.js'
import { findAction, maskSecrets } from './find.js'
import { ActionPage } from './page.js'

/** One run of one action: what it was given, what it gave back. */
export function actionRoutes(router: PageRouter, site: Site): void {
  router.get('/pipelines/:name/actions/:id', async (ctx: Ctx) => {
    const name = param(ctx, 'name')
    const action = await findAction(site, operationsOf(ctx, site), name, param(ctx, 'id'))
    const targets = await targetsOf(ctx, site, name, action)
    const { actionTypeId, configuration, resolvedConfiguration } = action.input
    const page = (
      <ActionPage
        pipeline={name}
        action={action}
        configuration={new Map(maskSecrets(site, actionTypeId, configuration))}
        resolved={new Map(maskSecrets(site, actionTypeId, resolvedConfiguration))}
        targets={targets}
        csrf={csrfToken(ctx)}
        now={site.server.clock.now()}
      />
    )
    show(ctx, site, { title: `${action.actionName} of ${name}`, section: 'pipelines' }, page)
  })
}

/** Deployments have targets; other actions, and servers that keep none, have no such list. */
async function targetsOf(ctx: Ctx, site: Site, pipelineName: string, action: Views.ActionExecutionDetail) {
  if (action.input.actionTypeId.category !== 'Deploy') return []
  try {
    const { actionExecutionId } = action
    const input = { pipelineName, actionExecutionId, maxResults: 100 }
    return (await operationsOf(ctx, site).listDeployActionExecutionTargets(input)).targets
  } catch {
    return []
  }
}
