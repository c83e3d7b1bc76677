import type { Views } from '@penstock/core'
import { Post } from '../../view/form.js'
import { Icon } from '../../view/icons.js'
import { ExecutionLink, to } from '../../view/link.js'
import { personOf } from '../../view/person.js'
import { Ago } from '../../view/time.js'
import type { PipelineModel } from './model.js'

interface GateProps {
  readonly model: PipelineModel
  readonly stage: Views.StageState
  readonly index: number
  readonly csrf: string
}

/** T3 as a browser's pattern: those are read with the `v` flag, under which punctuation in a class is escaped. */
const reasonPattern = '[a-zA-Z0-9!@ \\(\\)\\.\\*\\?\\-]{1,300}'

/** The transition into a stage, on the arrow itself: quiet while open, with its reason once it is disabled. */
export function Gate({ model, stage, index, csrf }: GateProps) {
  const { enabled } = stage.inboundTransitionState
  if (enabled) {
    return (
      <>
        <Waiting model={model} stage={stage} />
        {model.may.disable(stage.stageName) ? (
          <Open model={model} stage={stage} index={index} csrf={csrf} />
        ) : (
          <span class="gate" aria-hidden="true">
            <Icon name="arrow" />
          </span>
        )}
      </>
    )
  }
  return <Held model={model} stage={stage} index={index} csrf={csrf} />
}

function Open({ model, stage, index, csrf }: GateProps) {
  const { stageName } = stage
  const id = `gate-${index + 1}`
  return (
    <>
      <button type="button" class="gate" popovertarget={id} title={`Disable the transition into ${stageName}`}>
        <Icon name="arrow" />
        <span class="sr">Disable transition into {stageName}</span>
      </button>
      <div id={id} popover="auto" class="pop-card">
        <Post action={to.stage(model.name, stageName, 'disable')} csrf={csrf}>
          <h2>Disable the transition into {stageName}</h2>
          <p class="hint">What comes waits in front of it until somebody enables it again.</p>
          <label>
            Why? <span class="quiet">(shown on the arrow)</span>
            <input
              name="reason"
              required
              maxLength={300}
              pattern={reasonPattern}
              title="1 to 300 letters, digits, spaces and ! @ ( ) . * ? -"
            />
          </label>
          <p class="hint">Letters, digits, spaces and ! @ ( ) . * ? - are allowed, as in AWS CodePipeline.</p>
          <button type="submit" class="button danger">
            Disable transition
          </button>
        </Post>
      </div>
    </>
  )
}

function Held({ model, stage, csrf }: GateProps) {
  const { disabledReason, lastChangedBy, lastChangedAt } = stage.inboundTransitionState
  return (
    <div class="gate-held tone-held">
      <span class="gate">
        <Icon name="lock" />
      </span>
      <p class="gate-word">Transition disabled</p>
      {disabledReason && <p class="gate-reason">{disabledReason}</p>}
      <p class="quiet">
        {lastChangedBy && `${personOf(lastChangedBy)}, `}
        <Ago at={lastChangedAt} />
      </p>
      <Waiting model={model} stage={stage} />
      {model.may.enable(stage.stageName) && (
        <Post action={to.stage(model.name, stage.stageName, 'enable')} csrf={csrf}>
          <button type="submit" class="button small">
            <Icon name="unlock" />
            Enable<span class="sr"> transition into {stage.stageName}</span>
          </button>
        </Post>
      )}
    </div>
  )
}

/** X3: what stands in front of the stage. */
function Waiting({ model, stage }: Pick<GateProps, 'model' | 'stage'>) {
  const waiting = stage.inboundExecutions ?? (stage.inboundExecution ? [stage.inboundExecution] : [])
  if (waiting.length === 0) return null
  return (
    <p class="gate-waiting">
      <Icon name="waiting" />
      <span class="sr">Waiting to enter {stage.stageName}: </span>
      {waiting.slice(0, 3).map(({ pipelineExecutionId }) => (
        <ExecutionLink key={pipelineExecutionId} pipeline={model.name} id={pipelineExecutionId} />
      ))}
      {waiting.length > 3 && <span class="quiet">and {waiting.length - 3} more</span>}
    </p>
  )
}
