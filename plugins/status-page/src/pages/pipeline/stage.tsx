import type { StageDeclaration, Views } from '@penstock/core'
import { Pop, Post } from '../../view/form.js'
import { Icon } from '../../view/icons.js'
import { ExecutionLink, to } from '../../view/link.js'
import { Status, toneOf } from '../../view/status.js'
import { Action } from './action.js'
import { Conditions } from './conditions.js'
import { Door } from './door.js'
import { groupsOf, type PipelineModel } from './model.js'

export interface StageProps {
  readonly model: PipelineModel
  readonly index: number
  readonly stage: StageDeclaration
  readonly csrf: string
}

/** The id of a stage's element: by place, since names may hold what selectors do not take. */
export function stageId(index: number): string {
  return `stage-${index + 1}`
}

/** A stage with the door in front of it. */
export function Stage({ model, index, stage, csrf }: StageProps) {
  const state = model.state.stageStates.find(({ stageName }) => stageName === stage.name)
  const id = stageId(index)
  const status = state?.latestExecution?.status
  return (
    <li id={id} class="stage-row">
      {index > 0 && state && (
        <Door
          pipeline={model.name}
          stage={state}
          csrf={csrf}
          mayDisable={model.may.disable(stage.name)}
          mayEnable={model.may.enable(stage.name)}
        />
      )}
      <section class={`stage tone-${toneOf(status)}`} aria-labelledby={`${id}-name`}>
        <StageHead model={model} index={index} stage={stage} csrf={csrf} state={state} />
        {state && <Conditions model={model} state={state} csrf={csrf} when="before" />}
        <Groups model={model} stage={stage} csrf={csrf} state={state} />
        {state && <Conditions model={model} state={state} csrf={csrf} when="after" />}
      </section>
    </li>
  )
}

type WithState = Omit<StageProps, 'index'> & { readonly state: Views.StageState | undefined }

function StageHead({ model, index, stage, csrf, state }: WithState & { readonly index: number }) {
  const latest = state?.latestExecution
  const summary = model.executions.find(
    ({ pipelineExecutionId }) => pipelineExecutionId === latest?.pipelineExecutionId,
  )
  const source = summary?.sourceRevisions[0]
  return (
    <header class="stage-head">
      <h2 id={`${stageId(index)}-name`}>{stage.name}</h2>
      <Status status={latest?.status} />
      {latest && (
        <p class="stage-execution">
          <ExecutionLink pipeline={model.name} id={latest.pipelineExecutionId} />
          {latest.type === 'ROLLBACK' && <span class="badge">rollback</span>}
          {source?.revisionSummary && index > 0 && <span class="quiet clip">{source.revisionSummary}</span>}
        </p>
      )}
      <RetryNote state={state} />
      <StageButtons model={model} index={index} stage={stage} csrf={csrf} state={state} />
    </header>
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
  const retryable = (status === 'Failed' || status === 'Stopped') && model.may.retry(stage.name)
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

interface RetryProps {
  readonly pipeline: string
  readonly stage: string
  readonly execution: string
  readonly csrf: string
}

/** R1: the failed actions only, or the stage from its first action on. */
export function Retry({ pipeline, stage, execution, csrf }: RetryProps) {
  return (
    <Pop label="Retry" icon="retry" kind="primary">
      <Post action={to.stage(pipeline, stage, 'retry')} csrf={csrf} class="stacked">
        <input type="hidden" name="execution" value={execution} />
        <button type="submit" class="button primary" name="mode" value="FAILED_ACTIONS">
          Retry failed actions
        </button>
        <button type="submit" class="button" name="mode" value="ALL_ACTIONS">
          Retry the whole stage
        </button>
      </Post>
    </Pop>
  )
}

function Groups({ model, stage, csrf, state }: WithState) {
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
                  csrf={csrf}
                  mayApprove={model.may.approve(stage.name, declaration.name)}
                />
              )
            })}
          </ul>
        </li>
      ))}
    </ol>
  )
}
