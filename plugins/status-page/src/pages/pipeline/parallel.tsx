import type { LiveExecution } from '@penstock/core'
import { ExecutionLink } from '../../view/link.js'
import { Commit } from '../../view/revision.js'
import { actionState, executionState, stateWords } from '../../view/state.js'
import { StateMark } from '../../view/status.js'
import { Ago } from '../../view/time.js'
import type { PipelineModel } from './model.js'

interface ParallelProps {
  readonly model: PipelineModel
  readonly now: number
}

/** C5, X6: executions that do not share stages are shown each in a line, with what tells them apart. */
export function Parallel({ model, now }: ParallelProps) {
  const { live } = model.standing
  return (
    <section class="panel" aria-labelledby="parallel-title">
      <header class="panel-head">
        <h2 id="parallel-title">{live.length === 0 ? 'Nothing runs' : `${live.length} running`}</h2>
        <p class="quiet">Executions of this pipeline run side by side (PARALLEL mode).</p>
      </header>
      {live.length > 0 && (
        <table class="table cards">
          <thead>
            <tr>
              <th scope="col">Execution</th>
              <th scope="col">State</th>
              <th scope="col">Stages</th>
              <th scope="col">Variables</th>
              <th scope="col">Revision</th>
              <th scope="col">Started</th>
            </tr>
          </thead>
          <tbody>
            {live.map((execution) => (
              <Row key={execution.pipelineExecutionId} model={model} execution={execution} now={now} />
            ))}
          </tbody>
        </table>
      )}
    </section>
  )
}

function Row({ model, execution, now }: ParallelProps & { readonly execution: LiveExecution }) {
  return (
    <tr>
      <td data-label="Execution">
        <ExecutionLink pipeline={model.name} id={execution.pipelineExecutionId} />
      </td>
      <td data-label="State">
        <StateMark state={executionState(execution, now)} quiet />
      </td>
      <td data-label="Stages">
        <Stages model={model} execution={execution} now={now} />
      </td>
      <td data-label="Variables">
        {Object.entries(execution.variables).map(([name, value]) => (
          <code key={name} class="block break">
            {name}={value}
          </code>
        ))}
      </td>
      <td data-label="Revision" class="revisions">
        <Commit revision={execution.sourceRevisions[0]} />
      </td>
      <td data-label="Started">
        <Ago at={execution.started} />
      </td>
    </tr>
  )
}

/** What lies behind it has succeeded, else it would not be where it is. */
function Stages({ model, execution, now }: ParallelProps & { readonly execution: LiveExecution }) {
  const stages = model.declaration.stages.map(({ name }) => name)
  const at = execution.at ? stages.indexOf(execution.at.stage) : stages.length
  return (
    <ol class="strip" aria-label="Stages">
      {stages.map((name, index) => {
        const actions = execution.actions.filter(({ stageName }) => stageName === name)
        const states = actions.map((action) => actionState(action, now).name)
        const here = states.includes('person') ? 'person' : (states[0] ?? 'running')
        const state = index < at ? 'succeeded' : index > at ? 'skipped' : execution.at?.waiting ? 'held' : here
        return (
          <li key={name} class={`tone-${state}`} title={`${name}: ${stateWords[state].toLowerCase()}`}>
            <span class="sr">
              {name}: {stateWords[state].toLowerCase()}
            </span>
          </li>
        )
      })}
    </ol>
  )
}
