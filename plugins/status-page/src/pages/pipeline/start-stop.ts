import type { OperationInput } from '@penstock/core'
import { act } from '../../http/act.js'
import { type Ctx, field, operationsOf, type PageRouter, param, type Site } from '../../site.js'
import { shortId, to } from '../../view/link.js'

type SourceRevisionOverride = NonNullable<OperationInput<'startPipelineExecution'>['sourceRevisions']>[number]

/** Release change, and stop. */
export function startAndStopRoutes(router: PageRouter, site: Site): void {
  router.post('/pipelines/:name/start', (ctx: Ctx) => start(ctx, site))
  router.post('/pipelines/:name/stop', (ctx: Ctx) => stop(ctx, site))
}

async function start(ctx: Ctx, site: Site): Promise<void> {
  const operations = operationsOf(ctx, site)
  const name = param(ctx, 'name')
  await operations.authorize('startPipelineExecution', { name })
  const back = field(ctx, 'back') === 'list' ? '/' : to.pipeline(name)
  await act(ctx, back, `Released: a new execution of ${name} has started.`, async () => {
    const sourceRevisions = await overrides(ctx, site, name)
    const variables = prefixed(ctx, 'variable.')
    await operations.startPipelineExecution({
      name,
      ...(variables.length > 0 && { variables }),
      ...(sourceRevisions.length > 0 && { sourceRevisions }),
    })
  })
}

/** The filled fields whose names start with `prefix`. */
function prefixed(ctx: Ctx, prefix: string): { name: string; value: string }[] {
  return [...ctx.state.form]
    .filter(([name, value]) => name.startsWith(prefix) && value.trim() !== '')
    .map(([name, value]) => ({ name: name.slice(prefix.length), value: value.trim() }))
}

/** X14: what kind of revision a text names follows from the source that it is for. */
async function overrides(ctx: Ctx, site: Site, name: string): Promise<SourceRevisionOverride[]> {
  const wanted = prefixed(ctx, 'revision.')
  if (wanted.length === 0) return []
  const { pipeline } = await operationsOf(ctx, site).getPipeline({ name })
  return wanted.map(({ name: actionName, value }) => {
    const source = pipeline.stages[0]?.actions.find((action) => action.name === actionName)
    const revisionType = revisionTypeOf(source?.actionTypeId.provider ?? '')
    return { actionName, revisionType, revisionValue: value }
  })
}

function revisionTypeOf(provider: string): SourceRevisionOverride['revisionType'] {
  if (provider === 'S3') return 'S3_OBJECT_VERSION_ID'
  return provider === 'ECR' ? 'IMAGE_DIGEST' : 'COMMIT_ID'
}

async function stop(ctx: Ctx, site: Site): Promise<void> {
  const operations = operationsOf(ctx, site)
  const pipelineName = param(ctx, 'name')
  await operations.authorize('stopPipelineExecution', { pipelineName })
  const pipelineExecutionId = field(ctx, 'execution')
  const abandon = field(ctx, 'abandon') === 'true'
  const reason = field(ctx, 'reason') || undefined
  const back =
    field(ctx, 'back') === 'execution' ? to.execution(pipelineName, pipelineExecutionId) : to.pipeline(pipelineName)
  const done = `Execution ${shortId(pipelineExecutionId)} ${abandon ? 'was abandoned.' : 'stops when its running actions have ended.'}`
  await act(ctx, back, done, () =>
    operations.stopPipelineExecution({ pipelineName, pipelineExecutionId, abandon, reason }),
  )
}
