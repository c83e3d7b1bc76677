import type { StageDeclaration, Views } from '@penstock/core'
import { Icon } from '../../view/icons.js'
import { External, to } from '../../view/link.js'
import { Status, toneOf } from '../../view/status.js'
import { Ago, duration } from '../../view/time.js'
import { Approval } from '../pipeline/approval.js'
import { Retry } from '../pipeline/stage.js'
import type { ExecutionProps } from './page.js'

/** Each stage with what this execution ran in it, retries as well, newest last. */
export function Stages(props: ExecutionProps) {
  return (
    <>
      {props.model.declaration.stages.map((stage) => (
        <Stage key={stage.name} stage={stage} {...props} />
      ))}
    </>
  )
}

type StageProps = ExecutionProps & { readonly stage: StageDeclaration }

function Stage({ stage, model, csrf, now }: StageProps) {
  const runs = model.actions.filter((action) => action.stageName === stage.name)
  const rules = model.rules.filter((rule) => rule.stageName === stage.name)
  const ran = new Set(runs.map((run) => run.actionName))
  const missing = stage.actions.filter((action) => !ran.has(action.name))
  const running = model.execution.status === 'InProgress'
  const notRun = running ? 'NotYet' : 'DidNotRun'
  const rollback = model.execution.executionType === 'ROLLBACK'
  if (rollback && runs.length === 0) return null
  return (
    <section class={`stage tone-${toneOf(statusOf(runs))}`} aria-label={`Stage ${stage.name}`}>
      <header class="stage-head">
        <h2>{stage.name}</h2>
        <Status status={runs.length === 0 ? notRun : statusOf(runs)} />
        <RetryHere stage={stage} model={model} csrf={csrf} runs={runs} />
      </header>
      <ul class="runs" hidden={runs.length + rules.length === 0}>
        {rules.map((rule) => (
          <Rule key={rule.ruleExecutionId} rule={rule} />
        ))}
        {runs.map((run) => (
          <Run key={run.actionExecutionId} run={run} stage={stage} model={model} csrf={csrf} now={now} />
        ))}
        {runs.length > 0 &&
          missing.map((action) => (
            <li key={action.name} class="run">
              <span class="run-name">{action.name}</span>
              <Status status={notRun} />
            </li>
          ))}
      </ul>
    </section>
  )
}

/** X9: what the newest run of each action makes of the stage. */
function statusOf(runs: readonly Views.ActionExecutionDetail[]): string | undefined {
  const newest = [...new Map(runs.map((run) => [run.actionName, run.status])).values()]
  for (const status of ['InProgress', 'Failed', 'Abandoned'] as const) if (newest.includes(status)) return status
  return newest.length > 0 ? 'Succeeded' : undefined
}

function RetryHere({
  stage,
  model,
  csrf,
  runs,
}: Omit<StageProps, 'now'> & { runs: readonly Views.ActionExecutionDetail[] }) {
  const status = statusOf(runs)
  const ended = model.execution.status === 'Failed' || model.execution.status === 'Stopped'
  if (!ended || (status !== 'Failed' && status !== 'Abandoned') || !model.may.retry(stage.name)) return null
  const { pipelineName, pipelineExecutionId } = model.execution
  return (
    <div class="stage-buttons">
      <Retry pipeline={pipelineName} stage={stage.name} execution={pipelineExecutionId} csrf={csrf} />
    </div>
  )
}

function Run({ run, stage, model, csrf, now }: StageProps & { readonly run: Views.ActionExecutionDetail }) {
  const { pipelineName } = model.execution
  const result = run.output?.executionResult
  const declaration = stage.actions.find((action) => action.name === run.actionName)
  const pending = run.input.actionTypeId.category === 'Approval' && run.status === 'InProgress'
  const ended = run.status === 'InProgress' ? now : Number(run.lastUpdateTime)
  return (
    <li class={`run tone-${toneOf(run.status)}`}>
      <a class="run-name" href={to.action(pipelineName, run.actionExecutionId)}>
        {run.actionName}
      </a>
      <Status status={pending ? 'Approval' : run.status} />
      <span class="quiet">
        {run.input.actionTypeId.provider} · <Ago at={run.startTime} /> · {duration(ended - Number(run.startTime))}
      </span>
      {run.input.actionTypeId.category !== 'Approval' && (
        <a href={to.action(pipelineName, run.actionExecutionId, 'log')}>
          <Icon name="log" />
          Log<span class="sr"> of {run.actionName}</span>
        </a>
      )}
      {result?.externalExecutionUrl && (
        <External href={result.externalExecutionUrl}>{result.externalExecutionId ?? 'Details'}</External>
      )}
      {result?.errorDetails?.message && <p class="error-text">{result.errorDetails.message}</p>}
      {!result?.errorDetails && result?.externalExecutionSummary && (
        <p class="summary">{result.externalExecutionSummary}</p>
      )}
      {pending && (
        <Approval
          pipeline={pipelineName}
          stage={stage.name}
          declaration={declaration ?? { name: run.actionName, configuration: run.input.resolvedConfiguration }}
          // X6: executions that share no stage have their tokens here.
          token={result?.externalExecutionId}
          csrf={csrf}
          mayApprove={model.may.approve(stage.name, run.actionName)}
        />
      )}
    </li>
  )
}

function Rule({ rule }: { readonly rule: Views.RuleExecutionDetail }) {
  const error = rule.output?.executionResult.errorDetails?.message
  return (
    <li class={`run tone-${toneOf(rule.status)}`}>
      <span class="run-name">
        Rule {rule.ruleName} <span class="quiet">{rule.input.ruleTypeId.provider}</span>
      </span>
      <Status status={rule.status} />
      <span class="quiet">
        <Ago at={rule.lastUpdateTime} />
      </span>
      {error && <p class="error-text">{error}</p>}
    </li>
  )
}
