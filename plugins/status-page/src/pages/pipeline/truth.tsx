import type { PastExecution } from '@penstock/core'
import { ExecutionLink, to } from '../../view/link.js'
import { personOf } from '../../view/person.js'
import { Commit } from '../../view/revision.js'
import { executionState } from '../../view/state.js'
import { StateMark } from '../../view/status.js'
import { Ago } from '../../view/time.js'
import type { PipelineModel } from './model.js'

interface TruthProps {
  readonly model: PipelineModel
  readonly now: number
}

/** What is live, what is on its way, what it waits for: the three things that people come for. */
export function Truth({ model, now }: TruthProps) {
  return (
    <dl class="truth">
      <Live model={model} />
      <OnItsWay model={model} now={now} />
      <WaitsFor model={model} />
    </dl>
  )
}

/** The last stage that deploys is where it is live. */
function Live({ model: { name, deployed, declaration } }: Pick<TruthProps, 'model'>) {
  const last = deployed.at(-1)
  const deploys = declaration.stages.some(({ actions }) => actions.some(isDeploy))
  if (!last) return deploys ? <Fact term="Live">Nothing yet</Fact> : null
  return (
    <Fact term={`Live in ${last.stageName}`}>
      <Commit revision={last.execution.sourceRevisions[0]} />
      <span class="quiet">
        since <Ago at={last.at} /> in <ExecutionLink pipeline={name} id={last.execution.pipelineExecutionId} />
      </span>
    </Fact>
  )
}

function isDeploy({ actionTypeId }: { readonly actionTypeId: { readonly category: string } }): boolean {
  return actionTypeId.category === 'Deploy'
}

/** How many revisions are newer than what is live: each execution is one step towards it. */
function OnItsWay({ model: { name, standing, deployed, past }, now }: TruthProps) {
  const live = standing.live
  if (live.length === 0) {
    const ahead = newerThan(past, deployed.at(-1)?.execution)
    return (
      <Fact term="On its way">
        Nothing runs
        {ahead.length > 0 && (
          <span class="quiet block">
            {ahead.length} newer {ahead.length === 1 ? 'execution' : 'executions'} did not get there
          </span>
        )}
      </Fact>
    )
  }
  return (
    <Fact term={`On its way${live.length > 1 ? `: ${live.length} executions` : ''}`}>
      <ul class="plain">
        {live.slice(0, 3).map((execution) => (
          <li key={execution.pipelineExecutionId}>
            <ExecutionLink pipeline={name} id={execution.pipelineExecutionId} />{' '}
            <StateMark state={executionState(execution, now)} quiet />
          </li>
        ))}
        {live.length > 3 && <li class="quiet">and {live.length - 3} more</li>}
      </ul>
    </Fact>
  )
}

/** Those that started after another one; all of them when there is no other. */
export function newerThan(past: readonly PastExecution[], live: PastExecution | undefined): readonly PastExecution[] {
  if (!live) return []
  return past.filter(({ started, type }) => started > live.started && type === 'STANDARD')
}

function WaitsFor({ model }: Pick<TruthProps, 'model'>) {
  const { standing, stages, name } = model
  const asked = standing.live.flatMap(({ actions }) => actions).filter(({ approval }) => approval)
  const held = standing.live.filter(({ at }) => at?.held)
  const closed = stages.stageStates.filter(({ inboundTransitionState }) => !inboundTransitionState.enabled)
  if (asked.length === 0 && held.length === 0 && closed.length === 0) {
    return <Fact term="Waits for">{standing.live.length > 0 ? (model.state.detail ?? 'Nobody') : 'Nobody'}</Fact>
  }
  return (
    <Fact term="Waits for">
      <ul class="plain">
        {asked.map((action) => (
          <li key={action.actionExecutionId}>
            <a href={`${to.pipeline(name)}#waits`}>
              {model.may.approve(action) === 'yes' ? 'You' : 'Somebody'} to answer {action.actionName}
            </a>{' '}
            <span class="quiet">
              since <Ago at={action.started} />
            </span>
          </li>
        ))}
        {closed.map(({ stageName, inboundTransitionState: door }) => (
          <li key={stageName}>
            <StateMark state={{ name: 'held', words: `The transition into ${stageName} is disabled` }} quiet />
            <span class="quiet block">
              {door.disabledReason}
              {door.lastChangedBy && `, by ${personOf(door.lastChangedBy)}`} <Ago at={door.lastChangedAt} />
            </span>
          </li>
        ))}
      </ul>
    </Fact>
  )
}

function Fact({ term, children }: { readonly term: string; readonly children: preact.ComponentChildren }) {
  return (
    <div>
      <dt>{term}</dt>
      <dd>{children}</dd>
    </div>
  )
}
