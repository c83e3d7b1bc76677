import type { Views } from '@penstock/core'
import { Post } from '../../view/form.js'
import { Icon } from '../../view/icons.js'
import { External, to } from '../../view/link.js'
import { Status, toneOf } from '../../view/status.js'
import type { PipelineModel } from './model.js'

interface ConditionsProps {
  readonly model: PipelineModel
  readonly state: Views.StageState
  readonly csrf: string
  /** The condition before the stage's actions, or those behind them. */
  readonly when: 'before' | 'after'
}

/** C1..C4: the conditions that were judged, their rules, and the way round a failed one. */
export function Conditions({ model, state, csrf, when }: ConditionsProps) {
  const shown =
    when === 'before'
      ? [{ title: 'Entry condition', type: 'BEFORE_ENTRY', state: state.beforeEntryConditionState }]
      : [
          { title: 'Success condition', type: 'ON_SUCCESS', state: state.onSuccessConditionState },
          { title: 'Failure condition', type: undefined, state: state.onFailureConditionState },
        ]
  return (
    <>
      {shown.map((condition) =>
        condition.state ? (
          <div key={condition.title} class={`condition tone-${toneOf(condition.state.latestExecution.status)}`}>
            <p class="condition-head">
              <strong>{condition.title}</strong>
              <Status status={condition.state.latestExecution.status} />
              <span class="summary">{condition.state.latestExecution.summary}</span>
            </p>
            <Rules state={condition.state} />
            {condition.type && (
              <Override model={model} state={state} type={condition.type} csrf={csrf} of={condition.state} />
            )}
          </div>
        ) : null,
      )}
    </>
  )
}

function Rules({ state }: { readonly state: Views.StageConditionState }) {
  const rules = state.conditionStates.flatMap((condition) => condition.ruleStates)
  return (
    <ul class="rules">
      {rules.map(({ ruleName, latestExecution: latest }) => (
        <li key={ruleName}>
          <span>{ruleName}</span>
          <Status status={latest?.status} />
          {latest?.summary && <span class="summary">{latest.summary}</span>}
          {latest?.errorDetails?.message && latest.errorDetails.message !== latest.summary && (
            <span class="error-text">{latest.errorDetails.message}</span>
          )}
          {latest?.externalExecutionUrl && <External href={latest.externalExecutionUrl}>Details</External>}
        </li>
      ))}
    </ul>
  )
}

interface OverrideProps extends Omit<ConditionsProps, 'when'> {
  readonly type: string
  readonly of: Views.StageConditionState
}

/** C3: only a condition that failed can be overridden, and only by those who may. */
function Override({ model, state, type, csrf, of }: OverrideProps) {
  const execution = type === 'BEFORE_ENTRY' ? (state.inboundExecution ?? state.latestExecution) : state.latestExecution
  if (of.latestExecution.status !== 'Failed' || !execution || !model.may.override(state.stageName)) return null
  return (
    <Post action={to.stage(model.name, state.stageName, 'override')} csrf={csrf}>
      <input type="hidden" name="execution" value={execution.pipelineExecutionId} />
      <button type="submit" class="button" name="type" value={type}>
        <Icon name="unlock" />
        Override and go on
      </button>
    </Post>
  )
}
