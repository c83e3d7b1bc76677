import type { Views } from '@penstock/core'
import { act } from '../../http/act.js'
import { type Ctx, field, operationsOf, type PageRouter, param, query, type Site } from '../../site.js'
import { Trail } from '../../view/form.js'
import { ExecutionLink, shortId, to } from '../../view/link.js'
import { Revision } from '../../view/revision.js'
import { show } from '../../view/show.js'
import { Ago } from '../../view/time.js'
import { confirmRollback } from './confirm-rollback.js'

/** R6..R8: choose what to go back to, see what that changes, then do it. */
export function rollbackRoutes(router: PageRouter, site: Site): void {
  router.get('/pipelines/:name/stages/:stage/rollback', (ctx: Ctx) => targets(ctx, site))
  router.get('/pipelines/:name/rollback', (ctx: Ctx) => stages(ctx, site))
  router.post('/pipelines/:name/stages/:stage/rollback', (ctx: Ctx) => rollBack(ctx, site))
}

async function targets(ctx: Ctx, site: Site): Promise<void> {
  const pipelineName = param(ctx, 'name')
  const stageName = param(ctx, 'stage')
  const operations = operationsOf(ctx, site)
  await operations.authorize('rollbackStage', { pipelineName, stageName })
  const target = query(ctx, 'target')
  if (target) return confirmRollback(ctx, site, { pipelineName, stageName, target })
  const { pipelineExecutionSummaries } = await operations.listPipelineExecutions({
    pipelineName,
    filter: { succeededInStage: { stageName } },
    maxResults: 50,
  })
  const page = <Targets pipeline={pipelineName} stage={stageName} list={pipelineExecutionSummaries} />
  show(ctx, site, { title: `Roll back ${stageName}`, section: 'pipelines' }, page)
}

interface TargetsProps {
  readonly pipeline: string
  readonly stage: string
  readonly list: readonly Views.PipelineExecutionSummary[]
}

function Targets({ pipeline, stage, list }: TargetsProps) {
  return (
    <>
      <header class="page-head">
        <Trail
          steps={[
            { href: '/', label: 'Pipelines' },
            { href: to.pipeline(pipeline), label: pipeline },
          ]}
        />
        <h1>Roll back {stage}</h1>
        <p class="lead">
          A rollback is a new execution that runs only this stage, with the artifacts, source revisions and variables of
          an execution that succeeded in it.
        </p>
      </header>
      {list.length === 0 ? (
        <p class="empty">
          No execution of the pipeline's present version has succeeded in {stage} yet: there is nothing to go back to.
        </p>
      ) : (
        <ul class="choices">
          {list.map((execution) => (
            <li key={execution.pipelineExecutionId}>
              <span>
                <ExecutionLink pipeline={pipeline} id={execution.pipelineExecutionId} />
                {execution.sourceRevisions.map((each) => (
                  <Revision
                    key={each.actionName}
                    id={each.revisionId}
                    summary={each.revisionSummary}
                    url={each.revisionUrl}
                  />
                ))}
                <span class="quiet">
                  <Ago at={execution.startTime} />
                </span>
              </span>
              <Choose pipeline={pipeline} stage={stage} target={execution.pipelineExecutionId} />
            </li>
          ))}
        </ul>
      )}
    </>
  )
}

interface ChooseProps {
  readonly pipeline: string
  readonly stage: string
  readonly target: string
}

/** The way to what a rollback would change. */
function Choose({ pipeline, stage, target }: ChooseProps) {
  return (
    <a class="button" href={`${to.stage(pipeline, stage, 'rollback')}?target=${encodeURIComponent(target)}`}>
      Roll {stage} back…<span class="sr"> to execution {target}</span>
    </a>
  )
}

/** From the history: the execution is chosen, the stage not yet. */
async function stages(ctx: Ctx, site: Site): Promise<void> {
  const name = param(ctx, 'name')
  const operations = operationsOf(ctx, site)
  const target = query(ctx, 'target') ?? ''
  const { pipeline } = await operations.getPipeline({ name })
  const may = (stageName: string) => operations.may('rollbackStage', { pipelineName: name, stageName })
  const open = pipeline.stages.slice(1).filter((stage) => may(stage.name))
  show(
    ctx,
    site,
    { title: 'Roll back', section: 'pipelines' },
    <>
      <header class="page-head">
        <Trail
          steps={[
            { href: '/', label: 'Pipelines' },
            { href: to.pipeline(name), label: name },
          ]}
        />
        <h1>Roll back to execution {shortId(target)}</h1>
        <p class="lead">Which stage is to run again with what this execution had?</p>
      </header>
      {open.length === 0 && <p class="empty">You may roll back none of the stages (codepipeline:RollbackStage).</p>}
      <ul class="choices">
        {open.map((stage) => (
          <li key={stage.name}>
            <strong>{stage.name}</strong>
            <Choose pipeline={name} stage={stage.name} target={target} />
          </li>
        ))}
      </ul>
    </>,
  )
}

async function rollBack(ctx: Ctx, site: Site): Promise<void> {
  const input = {
    pipelineName: param(ctx, 'name'),
    stageName: param(ctx, 'stage'),
    targetPipelineExecutionId: field(ctx, 'target'),
  }
  const operations = operationsOf(ctx, site)
  await operations.authorize('rollbackStage', input)
  const done = `${input.stageName} is being rolled back to execution ${shortId(input.targetPipelineExecutionId)}.`
  await act(ctx, to.pipeline(input.pipelineName), done, () => operations.rollbackStage(input))
}
