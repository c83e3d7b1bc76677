import type { ActionTimes, LiveAction } from '@penstock/core'
import { to } from '../../view/link.js'
import { actionState, type State, stateOfStatus } from '../../view/state.js'
import { StateMark } from '../../view/status.js'
import { duration } from '../../view/time.js'
import type { ExecutionModel } from './model.js'
import { type Span, type TimeScale, timeScale } from './time-scale.js'

interface TimelineProps {
  readonly model: ExecutionModel
  /** Epoch milliseconds: where the bars of what still runs end. */
  readonly now: number
}

/** When which action waited and worked, on one axis. */
export function Timeline({ model, now }: TimelineProps) {
  const { runs } = model
  const start = Math.min(...runs.map(({ started }) => started))
  const end = Math.max(...runs.map((run) => endOf(run, now)), start + 1)
  const scale = timeScale(workOf(model, now), { from: start, to: end })
  let stage = ''
  return (
    <div class="timeline">
      <Axis scale={scale} />
      <ol>
        {runs.map((run) => {
          const first = run.stageName !== stage
          stage = run.stageName
          const attempts = runs.some(
            ({ actionName, stageName, attempt }) =>
              attempt > 1 && actionName === run.actionName && stageName === run.stageName,
          )
          return (
            <Row
              key={run.actionExecutionId}
              model={model}
              run={run}
              first={first}
              numbered={attempts}
              scale={scale}
              now={now}
            />
          )
        })}
        <NotReached model={model} />
      </ol>
    </div>
  )
}

/** Stages that this execution has not been in; of a rollback only the one matters. */
function NotReached({ model: { runs, declaration, execution, live } }: { readonly model: ExecutionModel }) {
  if (execution.executionType === 'ROLLBACK') return null
  const missing = declaration.stages.filter(({ name }) => !runs.some(({ stageName }) => stageName === name))
  return (
    <>
      {missing.map(({ name }) => (
        <li key={name} class="timeline-row first tone-skipped">
          <span class="timeline-stage clip" title={name}>
            {name}
          </span>
          <span class="timeline-name" />
          <StateMark state={stateOfStatus(live ? 'NotYet' : 'DidNotRun')} quiet />
        </li>
      ))}
    </>
  )
}

export function endOf({ status, updated }: ActionTimes, now: number): number {
  return status === 'InProgress' ? now : updated
}

/** The times at which something worked: from when a worker took it; what a person was asked never works. */
export function workOf({ runs, approvals, live }: ExecutionModel, now: number): Span[] {
  return runs.flatMap((run) => {
    if (approvals.has(run.actionExecutionId)) return []
    const living = livingOf(live?.actions, run)
    if (living?.queued && living.workStarted === undefined) return []
    return [{ from: run.workStarted ?? living?.workStarted ?? run.started, to: endOf(run, now) }]
  })
}

function livingOf(
  actions: readonly LiveAction[] | undefined,
  { actionExecutionId }: ActionTimes,
): LiveAction | undefined {
  return actions?.find((one) => one.actionExecutionId === actionExecutionId)
}

function percent(x: number): string {
  return `${(x / 10).toFixed(2)}%`
}

function Axis({ scale }: { readonly scale: TimeScale }) {
  return (
    <div class="timeline-axis" aria-hidden="true">
      <span class="timeline-label">since the start</span>
      <svg aria-hidden="true" focusable="false">
        {scale.ticks.map(({ x, label }) => (
          <g key={x}>
            <line class="tick" x1={percent(x)} x2={percent(x)} y1="20" y2="28" />
            {x < 940 && (
              <text x={percent(x)} y="14">
                {label}
              </text>
            )}
          </g>
        ))}
        {scale.cuts.map(({ x, ms }) => (
          <text key={x} class="cut" x={percent(x)} y="26">
            {duration(ms)}
          </text>
        ))}
      </svg>
    </div>
  )
}

interface RowProps extends TimelineProps {
  readonly run: ActionTimes
  /** The first of its stage here: the stage's name is shown. */
  readonly first: boolean
  /** It was tried more than once: attempts carry numbers. */
  readonly numbered: boolean
  readonly scale: TimeScale
}

function Row({ model, run, first, numbered, scale, now }: RowProps) {
  const living = livingOf(model.live?.actions, run)
  const asked = model.approvals.has(run.actionExecutionId)
  const state: State = living ? actionState(living, now) : stateOfStatus(run.status)
  const end = endOf(run, now)
  const work =
    asked || (living?.queued && living.workStarted === undefined)
      ? end
      : (run.workStarted ?? living?.workStarted ?? run.started)
  return (
    <li class={`timeline-row tone-${state.name}${first ? ' first' : ''}`}>
      <span class="timeline-stage clip" title={run.stageName}>
        {first ? run.stageName : ''}
      </span>
      <span class="timeline-name">
        <a href={to.action(model.execution.pipelineName, run.actionExecutionId)} data-panel>
          {run.actionName}
        </a>
        {numbered && <span class="quiet"> attempt {run.attempt}</span>}
      </span>
      <StateMark state={state} quiet />
      <svg class="bar" viewBox="0 0 1000 12" preserveAspectRatio="none" aria-hidden="true" focusable="false">
        <rect class="bar-track" x="0" y="0" width="1000" height="12" />
        <Piece className={asked ? 'bar-asked' : 'bar-wait'} from={scale.x(run.started)} to={scale.x(work)} />
        <Piece className="bar-run" from={scale.x(work)} to={scale.x(end)} />
      </svg>
      <Times run={run} work={work} end={end} asked={asked} />
    </li>
  )
}

function Piece({
  className,
  from,
  to: until,
}: {
  readonly className: string
  readonly from: number
  readonly to: number
}) {
  if (until <= from && className !== 'bar-run') return null
  const length = Math.max(until - from, className === 'bar-run' && until > from ? 4 : 0)
  if (length === 0) return null
  return (
    <rect class={className} x={Math.min(from, 1000 - length).toFixed(1)} y="0" width={length.toFixed(1)} height="12" />
  )
}

/** C3, worked and waited apart. */
function Times({ run, work, end, asked }: { run: ActionTimes; work: number; end: number; asked: boolean }) {
  const waited = work - run.started
  if (asked) return <span class="timeline-time">waited {duration(waited)}</span>
  return (
    <span class="timeline-time">
      {end > work && duration(end - work)}
      {waited > 1_000 && <span class="quiet block">waited {duration(waited)}</span>}
    </span>
  )
}
