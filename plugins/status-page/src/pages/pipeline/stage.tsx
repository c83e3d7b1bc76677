import type { StageDeclaration, Views } from '@penstock/core'
import { Icon } from '../../view/icons.js'
import { shortId, to } from '../../view/link.js'
import { summaryOf } from '../../view/revision.js'
import { StateMark } from '../../view/status.js'
import { Action } from './action.js'
import { Conditions } from './conditions.js'
import { stageState } from './graph.js'
import { groupsOf, liveAction, type PipelineModel } from './model.js'
import { Retry } from './retry.js'
import { stageId } from './stage-id.js'

export interface StageProps {
  readonly model: PipelineModel
  readonly index: number
  readonly stage: StageDeclaration
  readonly csrf: string
  readonly now: number
}

/** A stage: a line when all is well, open when it needs to be looked at. */
export function Stage({ model, index, stage, csrf, now }: StageProps) {
  const state = model.stages.stageStates.find(({ stageName }) => stageName === stage.name)
  const id = stageId(index)
  const shown = stageState(model, stage, state, now)
  const needs = shown.name !== 'succeeded' && shown.name !== 'skipped'
  return (
    <li id={id} class="stage-row">
      <details class={`stage tone-${shown.name}`} open={needs} data-needs={needs ? shown.name : undefined}>
        <summary class="stage-head">
          <h2 id={`${id}-name`}>{stage.name}</h2>
          <StateMark state={shown} quiet />
          {shown.detail && <span class="quiet">{shown.detail}</span>}
          <StageExecution model={model} state={state} />
          <RetryNote state={state} />
        </summary>
        <StageButtons model={model} index={index} stage={stage} csrf={csrf} state={state} />
        {state && <Conditions model={model} state={state} csrf={csrf} when="before" />}
        <Groups model={model} stage={stage} state={state} now={now} />
        {state && <Conditions model={model} state={state} csrf={csrf} when="after" />}
      </details>
    </li>
  )
}

type WithState = Omit<StageProps, 'index' | 'now'> & { readonly state: Views.StageState | undefined }

/** No link: it stands on what folds and unfolds the stage, and the graph above has the way to the execution. */
function StageExecution({ model, state }: Pick<WithState, 'model' | 'state'>) {
  const latest = state?.latestExecution
  if (!latest) return null
  const source = model.past.find(({ pipelineExecutionId }) => pipelineExecutionId === latest.pipelineExecutionId)
  const text = source?.sourceRevisions[0]?.revisionSummary
  return (
    <span class="stage-execution">
      <span class="mono">{shortId(latest.pipelineExecutionId)}</span>
      {latest.type === 'ROLLBACK' && <span class="badge">rollback</span>}
      {text && <span class="quiet clip">{summaryOf(text)}</span>}
    </span>
  )
}

function RetryNote({ state }: { readonly state: Views.StageState | undefined }) {
  const retry = state?.retryStageMetadata
  const attempts = (retry?.autoStageRetryAttempt ?? 0) + (retry?.manualStageRetryAttempt ?? 0)
  if (!retry || attempts === 0) return null
  const how = retry.latestRetryTrigger === 'AutomatedStageRetry' ? 'automatically' : 'by hand'
  return (
    <span class="badge">
      retried {attempts === 1 ? 'once' : `${attempts} times`}, last {how}
    </span>
  )
}

function StageButtons({ model, index, stage, csrf, state }: WithState & { readonly index: number }) {
  const status = state?.latestExecution?.status
  // What failed stands above, with its own way to try again.
  const shown = state?.actionStates.some(({ latestExecution: latest }) => latest?.status === 'Failed') ?? false
  const retryable = (status === 'Failed' || status === 'Stopped') && !shown && model.may.retry(stage.name)
  const canRollBack = index > 0 && model.declaration.executionMode !== 'PARALLEL' && model.may.rollback(stage.name)
  return (
    <div class="stage-buttons">
      {retryable && state?.latestExecution && (
        <Retry
          pipeline={model.name}
          stage={stage.name}
          execution={state.latestExecution.pipelineExecutionId}
          csrf={csrf}
        />
      )}
      {canRollBack && status && status !== 'InProgress' && (
        <a class="button quiet" href={to.stage(model.name, stage.name, 'rollback')}>
          <Icon name="rollback" />
          Roll back<span class="sr"> {stage.name}</span>
        </a>
      )}
    </div>
  )
}

function Groups({ model, stage, state, now }: Omit<WithState, 'csrf'> & { readonly now: number }) {
  const groups = groupsOf(stage.actions)
  return (
    <ol class="groups" aria-label={`Actions of ${stage.name}, in order`}>
      {groups.map((group) => (
        <li key={group[0]?.runOrder ?? 1} class="group">
          <ul class={`actions actions-${Math.min(group.length, 4)}`}>
            {group.map((declaration) => {
              const actionState = state?.actionStates.find(({ actionName }) => actionName === declaration.name)
              const id = actionState?.latestExecution?.actionExecutionId
              return (
                <Action
                  key={declaration.name}
                  pipeline={model.name}
                  stage={stage.name}
                  declaration={declaration}
                  state={actionState}
                  run={id ? model.runs.get(id) : undefined}
                  current={state?.latestExecution?.pipelineExecutionId}
                  living={liveAction(model, id)}
                  usual={model.usual.get(`${stage.name}/${declaration.name}`)}
                  now={now}
                />
              )
            })}
          </ul>
        </li>
      ))}
    </ol>
  )
}
