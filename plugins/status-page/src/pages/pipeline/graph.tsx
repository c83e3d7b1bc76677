import type { StageDeclaration, Views } from '@penstock/core'
import { Icon } from '../../view/icons.js'
import { ExecutionLink, to } from '../../view/link.js'
import { actionState, type State, stateIcons, stateOfStatus } from '../../view/state.js'
import { duration } from '../../view/time.js'
import { Gate } from './gate.js'
import { groupsOf, liveAction, type PipelineModel } from './model.js'
import { stageId } from './stage-id.js'

interface GraphProps {
  readonly model: PipelineModel
  readonly csrf: string
  readonly now: number
}

/** The stages side by side, each with its actions in a line, and the gate on the arrow before it. */
export function Graph({ model, csrf, now }: GraphProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <ol class="graph" aria-label="Stages, first to last" tabIndex={0}>
      {model.declaration.stages.map((stage, index) => (
        <Column key={stage.name} model={model} stage={stage} index={index} csrf={csrf} now={now} />
      ))}
    </ol>
  )
}

type ColumnProps = GraphProps & { readonly stage: StageDeclaration; readonly index: number }

function Column({ model, stage, index, csrf, now }: ColumnProps) {
  const state = model.stages.stageStates.find(({ stageName }) => stageName === stage.name)
  const latest = state?.latestExecution
  const shown = stageState(model, stage, state, now)
  return (
    <>
      {index > 0 && state && (
        <li class={`graph-gate${state.inboundTransitionState.enabled ? '' : ' held'}`}>
          <Gate model={model} stage={state} index={index} csrf={csrf} />
        </li>
      )}
      <li class={`graph-stage tone-${shown.name}`}>
        <p class="graph-head">
          <a href={`#${stageId(index)}`} class="clip" title={`${stage.name}: ${shown.words}`}>
            {stage.name}
          </a>
          <span class="sr">: {shown.words}</span>
          {latest && <ExecutionLink pipeline={model.name} id={latest.pipelineExecutionId} />}
        </p>
        <ol class="graph-actions">
          {groupsOf(stage.actions).map((group) => (
            <li key={group[0]?.name} class={group.length > 1 ? 'side-by-side' : undefined}>
              {group.map((action) => (
                <ActionLine
                  key={action.name}
                  model={model}
                  name={action.name}
                  stage={stage.name}
                  state={state?.actionStates.find(({ actionName }) => actionName === action.name)}
                  current={latest?.pipelineExecutionId}
                  now={now}
                />
              ))}
            </li>
          ))}
        </ol>
      </li>
    </>
  )
}

/** How a stage stands: by its living actions, else by the API's word. */
export function stageState(
  model: PipelineModel,
  stage: StageDeclaration,
  state: Views.StageState | undefined,
  now: number,
): State {
  const status = state?.latestExecution?.status
  const living = model.standing.live
    .flatMap(({ actions }) => actions)
    .filter(({ stageName }) => stageName === stage.name)
    .map((action) => actionState(action, now, model.usual.get(`${stage.name}/${action.actionName}`)))
  const loud = (['person', 'worker', 'running'] as const)
    .map((name) => living.find((one) => one.name === name))
    .find((one) => one !== undefined)
  return loud && status !== 'Failed' ? loud : stateOfStatus(status)
}

interface LineProps {
  readonly model: PipelineModel
  readonly name: string
  readonly stage: string
  readonly state: Views.ActionState | undefined
  readonly current: string | undefined
  readonly now: number
}

function ActionLine({ model, name, stage, state, current, now }: LineProps) {
  const latest = state?.latestExecution
  const run = latest?.actionExecutionId ? model.runs.get(latest.actionExecutionId) : undefined
  const older = run !== undefined && current !== undefined && run.pipelineExecutionId !== current
  const living = liveAction(model, latest?.actionExecutionId)
  const shown = living ? actionState(living, now, model.usual.get(`${stage}/${name}`)) : stateOfStatus(latest?.status)
  return (
    <p
      class={`graph-action tone-${older ? 'skipped' : shown.name}`}
      title={`${name}: ${older ? 'from an earlier execution' : shown.words}`}
    >
      <Icon name={older ? 'idle' : stateIcons[shown.name]} />
      {latest?.actionExecutionId ? (
        <a class="clip" href={to.action(model.name, latest.actionExecutionId)} data-panel>
          {name}
          <span class="sr">: {shown.words}</span>
        </a>
      ) : (
        <span class="clip">{name}</span>
      )}
      <span class="graph-time">{timeOf(run, shown, now)}</span>
    </p>
  )
}

function timeOf(run: Views.ActionExecutionDetail | undefined, shown: State, now: number): string {
  if (!run || shown.name === 'skipped') return ''
  const end = run.status === 'InProgress' ? now : Number(run.lastUpdateTime)
  return duration(end - Number(run.startTime))
}
