import { Fault, type PastExecution, type StageDeclaration, type Views } from '@penstock/core'
import { csrfToken } from '../../http/csrf.js'
import { type Ctx, operationsOf, type Site } from '../../site.js'
import { Post, Trail } from '../../view/form.js'
import { ExecutionLink, shortId, to } from '../../view/link.js'
import { Commit } from '../../view/revision.js'
import { show } from '../../view/show.js'
import { Ago } from '../../view/time.js'
import { newerThan } from './truth.js'

/** Executions looked through for what a rollback takes back. */
const lookedBack = 100

interface Choice {
  readonly pipelineName: string
  readonly stageName: string
  readonly target: string
}

/** What a rollback would change, before it does. Errors: PipelineNotFoundException, PipelineExecutionNotFoundException. */
export async function confirmRollback(ctx: Ctx, site: Site, choice: Choice): Promise<void> {
  const { pipelineName, stageName, target } = choice
  const operations = operationsOf(ctx, site)
  const [{ pipeline }, { pipelineExecution }, succeeded, past] = await Promise.all([
    operations.getPipeline({ name: pipelineName }),
    operations.getPipelineExecution({ pipelineName, pipelineExecutionId: target }),
    operations.listPipelineExecutions({
      pipelineName,
      filter: { succeededInStage: { stageName } },
      maxResults: lookedBack,
    }),
    site.server.overview.recent([pipelineName], lookedBack),
  ])
  const stage = pipeline.stages.find(({ name }) => name === stageName)
  if (!stage) throw new Fault('StageNotFoundException', `The pipeline ${pipelineName} has no stage ${stageName}.`)
  const pastOf = (id: string | undefined) => past.find(({ pipelineExecutionId }) => pipelineExecutionId === id)
  const now = succeeded.pipelineExecutionSummaries[0]
  const page = (
    <Confirm
      {...choice}
      stage={stage}
      execution={pipelineExecution}
      goal={pastOf(target)}
      now={pastOf(now?.pipelineExecutionId)}
      taken={takenBack(past, succeeded.pipelineExecutionSummaries, target)}
      csrf={csrfToken(ctx)}
    />
  )
  show(ctx, site, { title: `Roll back ${stageName}`, section: 'pipelines' }, page)
}

/** What reached the stage after the target did, newest first. */
function takenBack(
  past: readonly PastExecution[],
  succeeded: readonly Views.PipelineExecutionSummary[],
  target: string,
): readonly PastExecution[] {
  const goal = past.find(({ pipelineExecutionId }) => pipelineExecutionId === target)
  const reached = new Set(succeeded.map(({ pipelineExecutionId }) => pipelineExecutionId))
  return newerThan(past, goal).filter(({ pipelineExecutionId }) => reached.has(pipelineExecutionId))
}

interface ConfirmProps extends Choice {
  readonly stage: StageDeclaration
  readonly execution: Views.PipelineExecution
  readonly goal: PastExecution | undefined
  readonly now: PastExecution | undefined
  readonly taken: readonly PastExecution[]
  readonly csrf: string
}

function Confirm({ pipelineName, stageName, target, stage, execution, goal, now, taken, csrf }: ConfirmProps) {
  const same = now?.pipelineExecutionId === target
  return (
    <>
      <header class="page-head">
        <Trail
          steps={[
            { href: '/', label: 'Pipelines' },
            { href: to.pipeline(pipelineName), label: pipelineName },
            { href: to.stage(pipelineName, stageName, 'rollback'), label: `Roll back ${stageName}` },
          ]}
        />
        <h1>
          Roll {stageName} back to execution {shortId(target)}?
        </h1>
      </header>
      <dl class="truth">
        <div>
          <dt>{stageName} runs now</dt>
          <dd>{now ? <What execution={now} /> : <span class="quiet">nothing that is known here</span>}</dd>
        </div>
        <div>
          <dt>It would run</dt>
          <dd>
            {goal ? (
              <What execution={goal} />
            ) : (
              <ExecutionLink pipeline={pipelineName} id={execution.pipelineExecutionId} />
            )}
          </dd>
        </div>
        <div>
          <dt>These actions run again</dt>
          <dd>
            <ul class="plain">
              {stage.actions.map(({ name, actionTypeId }) => (
                <li key={name}>
                  {name} <span class="quiet">{`${actionTypeId.category} by ${actionTypeId.provider}`}</span>
                </li>
              ))}
            </ul>
          </dd>
        </div>
      </dl>
      {taken.length > 0 && (
        <section class="panel" aria-labelledby="taken-title">
          <header class="panel-head">
            <h2 id="taken-title">What it takes back</h2>
          </header>
          <ol class="commits pad">
            {taken.flatMap((one) =>
              one.sourceRevisions.map((revision) => (
                <li key={`${one.pipelineExecutionId}/${revision.actionName}`}>
                  <Commit revision={revision} />
                </li>
              )),
            )}
          </ol>
        </section>
      )}
      {same && <p class="quiet">It is what {stageName} runs already: the same is deployed once more.</p>}
      <Variables execution={execution} />
      <Post action={to.stage(pipelineName, stageName, 'rollback')} csrf={csrf} class="buttons">
        <button type="submit" class="button danger" name="target" value={target}>
          Roll {stageName} back
        </button>
        <a class="button quiet" href={to.pipeline(pipelineName)}>
          Leave it as it is
        </a>
      </Post>
    </>
  )
}

function What({ execution }: { readonly execution: PastExecution }) {
  return (
    <>
      {execution.sourceRevisions.map((revision) => (
        <Commit key={revision.actionName} revision={revision} />
      ))}
      <span class="quiet">
        execution <ExecutionLink pipeline={execution.pipelineName} id={execution.pipelineExecutionId} />,{' '}
        <Ago at={execution.started} />
      </span>
    </>
  )
}

function Variables({ execution: { variables = [] } }: Pick<ConfirmProps, 'execution'>) {
  if (variables.length === 0) return null
  return (
    <p class="quiet">
      With its variables: {variables.map(({ name, resolvedValue }) => `${name} = ${resolvedValue}`).join(', ')}.
    </p>
  )
}
