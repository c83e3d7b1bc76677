import type { StoredObject, Views } from '@penstock/core'
import { csrfToken } from '../../http/csrf.js'
import { excerptOf } from '../../log/excerpt.js'
import { type Ctx, operationsOf, type PageRouter, param, type Site } from '../../site.js'
import { show } from '../../view/show.js'
import { panelsOf } from '../contributions/panels.js'
import { findAction, maskSecrets } from './find.js'
import { ActionPage } from './page.js'
import type { TestReport } from './test-reports.js'

/** One run of one action: what it was given, what it gave back. */
export function actionRoutes(router: PageRouter, site: Site): void {
  router.get('/pipelines/:name/actions/:id', async (ctx: Ctx) => {
    const name = param(ctx, 'name')
    const action = await findAction(site, operationsOf(ctx, site), name, param(ctx, 'id'))
    const [targets, stored, reports, excerpt] = await Promise.all([
      targetsOf(ctx, site, name, action),
      storedOf(site, action),
      reportsOf(ctx, site, name, action.actionExecutionId),
      excerptOf(site, action.actionExecutionId),
    ])
    const { actionTypeId, configuration, resolvedConfiguration } = action.input
    const { actionExecutionId, pipelineExecutionId, stageName, actionName } = action
    const subject = { pipelineName: name, pipelineExecutionId, stageName, actionName, actionExecutionId }
    const { category, owner, provider, version } = actionTypeId
    const page = (
      <>
        <ActionPage
          pipeline={name}
          action={action}
          configuration={new Map(maskSecrets(site, actionTypeId, configuration))}
          resolved={new Map(maskSecrets(site, actionTypeId, resolvedConfiguration))}
          targets={targets}
          stored={stored}
          reports={reports}
          excerpt={excerpt}
          csrf={csrfToken(ctx)}
          now={site.server.clock.now()}
        />
        {await panelsOf(ctx, site, 'action', subject, `${category}/${owner}/${provider}/${version}`)}
      </>
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

/** An artifact whose store cannot be reached is shown like one that is gone. */
async function storedOf(
  site: Site,
  { input, output }: Views.ActionExecutionDetail,
): Promise<Map<string, StoredObject>> {
  const all = [...input.inputArtifacts, ...(output?.outputArtifacts ?? [])]
  const found = await Promise.all(
    all.map(
      async ({ name, s3location }) =>
        [name, await site.server.artifacts.head(s3location).catch(() => undefined)] as const,
    ),
  )
  return new Map(found.flatMap(([name, object]) => (object ? [[name, object]] : [])))
}

async function reportsOf(ctx: Ctx, site: Site, pipelineName: string, actionExecutionId: string): Promise<TestReport[]> {
  const operations = operationsOf(ctx, site)
  const about = { pipelineName, actionExecutionId }
  const { testReports } = await operations.listTestReports(about)
  const reports = await Promise.all(testReports.map(({ name }) => operations.getTestReport({ ...about, name })))
  return reports.map(({ testReport }) => testReport)
}
