import type { Views } from '@penstock/core'
import { Icon } from '../../view/icons.js'
import { External, to } from '../../view/link.js'
import { personOf } from '../../view/person.js'
import { StateMark, Status, toneOf } from '../../view/status.js'
import { Ago } from '../../view/time.js'
import { Approval } from '../pipeline/approval.js'
import { Retry } from '../pipeline/retry.js'
import { aboutThis } from '../pipeline/told.js'
import { Excerpted, withoutEscapes } from '../pipeline/waits.js'
import type { ExecutionModel } from './model.js'

interface NeedsProps {
  readonly model: ExecutionModel
  readonly csrf: string
}

/** What of this execution needs somebody: its approvals, and what failed with the lines that say why. */
export function Needs({ model, csrf }: NeedsProps) {
  const asked = (model.live?.actions ?? []).filter(({ approval }) => approval)
  return (
    <div class="waits">
      {model.live &&
        asked.map((action) => (
          <Approval
            key={action.actionExecutionId}
            asked={{
              execution: model.live ?? (model.past as never),
              action,
              answerable: model.may.approve(action),
              digests: model.digests.get(action.actionExecutionId),
              told: model.live && aboutThis(model.told, model.live, action),
              mayTell: model.may.tell,
            }}
            csrf={csrf}
            back={model.execution.pipelineExecutionId}
          />
        ))}
      {lastFailures(model).map((run) => (
        <Failed key={run.actionExecutionId} model={model} run={run} csrf={csrf} />
      ))}
    </div>
  )
}

/** Of each action its last run, where that failed. */
function lastFailures({ actions }: ExecutionModel): Views.ActionExecutionDetail[] {
  const newest = new Map(actions.map((run) => [`${run.stageName}/${run.actionName}`, run]))
  return [...newest.values()].filter(({ status }) => status === 'Failed' || status === 'Abandoned')
}

function Failed({ model, run, csrf }: NeedsProps & { readonly run: Views.ActionExecutionDetail }) {
  const { pipelineName, pipelineExecutionId, status } = model.execution
  const { stageName, actionName, actionExecutionId } = run
  const result = run.output?.executionResult
  const error = result?.errorDetails
  const excerpt = model.excerpts.get(actionExecutionId)
  const rejected = error?.code === 'Rejected'
  const verb = run.status === 'Abandoned' ? 'was abandoned' : rejected ? 'was rejected' : 'failed'
  const words = `${actionName} ${verb} in ${stageName}`
  const ended = status === 'Failed' || status === 'Stopped'
  return (
    <section class={`wait tone-${toneOf(run.status)}`} aria-label={words}>
      <header class="wait-head">
        <h3>
          <StateMark state={{ name: toneOf(run.status), words }} />
        </h3>
        <span class="quiet">
          <Ago at={run.lastUpdateTime} />
          {rejected && run.updatedBy && ` by ${personOf(run.updatedBy)}`}
        </span>
      </header>
      {rejected && result?.externalExecutionSummary && <p class="summary">{result.externalExecutionSummary}</p>}
      {!rejected && error?.message && (
        <p class="error-text">
          {error.code && <code>{error.code}</code>} {withoutEscapes(error.message)}
        </p>
      )}
      {excerpt && <Excerpted excerpt={excerpt} log={to.action(pipelineName, actionExecutionId, 'log')} />}
      <div class="buttons">
        {ended && model.may.retry(stageName) && (
          <Retry pipeline={pipelineName} stage={stageName} execution={pipelineExecutionId} csrf={csrf} />
        )}
        {result?.externalExecutionUrl && (
          <External href={result.externalExecutionUrl}>{result.externalExecutionId ?? 'Details'}</External>
        )}
      </div>
    </section>
  )
}

/** C1 to C4: the rules that were judged. */
export function Rules({ rules }: { readonly rules: readonly Views.RuleExecutionDetail[] }) {
  if (rules.length === 0) return null
  return (
    <section class="panel" aria-labelledby="rules-title">
      <header class="panel-head">
        <h2 id="rules-title">Conditions</h2>
      </header>
      <ul class="runs">
        {rules.map((rule) => (
          <Rule key={rule.ruleExecutionId} rule={rule} />
        ))}
      </ul>
    </section>
  )
}

function Rule({ rule }: { readonly rule: Views.RuleExecutionDetail }) {
  const error = rule.output?.executionResult.errorDetails?.message
  return (
    <li class={`run tone-${toneOf(rule.status)}`}>
      <span class="run-name">
        {rule.stageName} / {rule.ruleName} <span class="quiet">{rule.input.ruleTypeId.provider}</span>
      </span>
      <Status status={rule.status} />
      <span class="quiet">
        <Icon name="clock" /> <Ago at={rule.lastUpdateTime} />
      </span>
      {error && <p class="error-text">{error}</p>}
    </li>
  )
}
