import type { Views } from '@penstock/core'
import { to } from '../../view/link.js'
import { Status, toneOf } from '../../view/status.js'
import { duration } from '../../view/time.js'

interface TimelineProps {
  readonly pipeline: string
  readonly actions: readonly Views.ActionExecutionDetail[]
  /** Epoch milliseconds: where the bars of what still runs end. */
  readonly now: number
}

/** When which action ran, as bars on one scale. */
export function Timeline({ pipeline, actions, now }: TimelineProps) {
  const start = Math.min(...actions.map((action) => Number(action.startTime)))
  const end = Math.max(...actions.map((action) => endOf(action, now)), start + 1)
  let stage = ''
  return (
    <ol class="timeline">
      {actions.map((action) => {
        const first = action.stageName !== stage
        stage = action.stageName
        return (
          <Row
            key={action.actionExecutionId}
            pipeline={pipeline}
            action={action}
            first={first}
            from={start}
            to={end}
            now={now}
          />
        )
      })}
    </ol>
  )
}

function endOf(action: Views.ActionExecutionDetail, now: number): number {
  return action.status === 'InProgress' ? now : Number(action.lastUpdateTime)
}

interface RowProps {
  readonly pipeline: string
  readonly action: Views.ActionExecutionDetail
  /** The first of its stage here: the stage's name is shown. */
  readonly first: boolean
  readonly from: number
  readonly to: number
  readonly now: number
}

function Row({ pipeline, action, first, from, to: until, now }: RowProps) {
  const begun = Number(action.startTime)
  const ended = endOf(action, now)
  const scale = 1000 / (until - from)
  const width = Math.max(4, (ended - begun) * scale)
  const x = Math.min((begun - from) * scale, 1000 - width)
  const pending = action.input.actionTypeId.category === 'Approval' && action.status === 'InProgress'
  return (
    <li class={`timeline-row tone-${toneOf(pending ? 'Approval' : action.status)}${first ? ' first' : ''}`}>
      <span class="timeline-stage">{first ? action.stageName : ''}</span>
      <a class="timeline-name" href={to.action(pipeline, action.actionExecutionId)}>
        {action.actionName}
      </a>
      <Status status={pending ? 'Approval' : action.status} />
      <svg class="bar" viewBox="0 0 1000 10" preserveAspectRatio="none" aria-hidden="true" focusable="false">
        <rect class="bar-track" x="0" y="0" width="1000" height="10" />
        <rect class="bar-run" x={x.toFixed(1)} y="0" width={width.toFixed(1)} height="10" />
      </svg>
      <span class="timeline-time">{duration(ended - begun)}</span>
    </li>
  )
}
