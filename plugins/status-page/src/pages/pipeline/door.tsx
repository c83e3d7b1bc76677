import type { Views } from '@penstock/core'
import { Pop, Post } from '../../view/form.js'
import { Icon } from '../../view/icons.js'
import { ExecutionLink, to } from '../../view/link.js'
import { Ago } from '../../view/time.js'

interface DoorProps {
  readonly pipeline: string
  readonly stage: Views.StageState
  readonly csrf: string
  readonly mayDisable: boolean
  readonly mayEnable: boolean
}

/** T3 as a browser's pattern: those are read with the `v` flag, under which punctuation in a class is escaped. */
const reasonPattern = '[a-zA-Z0-9!@ \\(\\)\\.\\*\\?\\-]{1,300}'

/** The transition into a stage: open or closed, why and by whom, and what waits in front of it. */
export function Door(door: DoorProps) {
  const { enabled } = door.stage.inboundTransitionState
  return (
    <div class={`door ${enabled ? 'open' : 'closed'}`}>
      <div class="door-line" aria-hidden="true">
        <Icon name={enabled ? 'down' : 'lock'} />
      </div>
      <div class="door-body">
        <DoorState {...door} />
        <Waiting {...door} />
      </div>
      {enabled ? door.mayDisable && <Disable {...door} /> : door.mayEnable && <Enable {...door} />}
    </div>
  )
}

function DoorState({ stage }: DoorProps) {
  const { enabled, disabledReason, lastChangedBy, lastChangedAt } = stage.inboundTransitionState
  if (enabled) return <span class="sr">Transition into {stage.stageName} is enabled</span>
  return (
    <p class="door-state">
      <strong>Transition disabled</strong>
      {disabledReason && <span class="door-reason">{disabledReason}</span>}
      <span class="quiet">
        {lastChangedBy && `by ${lastChangedBy.split(/[:/]/).at(-1)} `}
        <Ago at={lastChangedAt} />
      </span>
    </p>
  )
}

function Waiting({ stage, pipeline }: DoorProps) {
  const waiting = stage.inboundExecutions ?? (stage.inboundExecution ? [stage.inboundExecution] : [])
  if (waiting.length === 0) return null
  return (
    <p class="door-waiting">
      <Icon name="waiting" />
      <span>Waiting to enter:</span>
      {waiting.map(({ pipelineExecutionId }) => (
        <ExecutionLink key={pipelineExecutionId} pipeline={pipeline} id={pipelineExecutionId} />
      ))}
    </p>
  )
}

function Disable({ pipeline, stage, csrf }: DoorProps) {
  return (
    <Pop label="Disable transition" icon="lock" kind="quiet">
      <Post action={to.stage(pipeline, stage.stageName, 'disable')} csrf={csrf}>
        <label>
          Why? <span class="quiet">(it is shown here until the transition is enabled again)</span>
          <input
            name="reason"
            required
            maxLength={300}
            pattern={reasonPattern}
            title="1 to 300 letters, digits, spaces and ! @ ( ) . * ? -"
          />
        </label>
        <p class="hint">Letters, digits, spaces and ! @ ( ) . * ? - are allowed.</p>
        <button type="submit" class="button danger">
          Disable the transition into {stage.stageName}
        </button>
      </Post>
    </Pop>
  )
}

function Enable({ pipeline, stage, csrf }: DoorProps) {
  return (
    <Post action={to.stage(pipeline, stage.stageName, 'enable')} csrf={csrf}>
      <button type="submit" class="button">
        <Icon name="unlock" />
        Enable transition
      </button>
    </Post>
  )
}
