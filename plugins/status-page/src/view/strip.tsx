import type { PipelineStanding, StageOverview } from '@penstock/core'
import { actionState, type StateName, stateOfStatus, stateWords } from './state.js'

interface Segment {
  readonly name: string
  readonly state: StateName
  readonly held: boolean
}

/** What needs somebody, the most urgent first: its word stands under the strip. */
const loud: readonly StateName[] = ['person', 'failed', 'worker', 'running']

interface StripProps {
  readonly pipeline: string
  readonly stages: readonly StageOverview[]
  readonly standing: PipelineStanding | undefined
  readonly now: number
}

/** The stages in small, as equal parts of one line; under it the name of the one to look at. */
export function Strip({ pipeline, stages, standing, now }: StripProps) {
  const segments = stages.map((stage) => segmentOf(stage, standing, now))
  const shown = loud.map((state) => segments.findIndex((one) => one.state === state)).find((index) => index >= 0)
  const word = shown === undefined ? undefined : segments[shown]
  const right = shown !== undefined && shown >= segments.length / 2
  return (
    <div class="strip-box">
      <ol class="strip" aria-label={`Stages of ${pipeline}`}>
        {segments.map(({ name, state, held }) => (
          <li key={name} class={`tone-${state}${held ? ' held-before' : ''}`} title={inWords({ name, state, held })}>
            <span class="sr">{inWords({ name, state, held })}</span>
          </li>
        ))}
      </ol>
      {word && (
        <p class={`strip-word clip tone-${word.state}${right ? ' right' : ''}`} aria-hidden="true">
          {word.name}
        </p>
      )}
    </div>
  )
}

function inWords({ name, state, held }: Segment): string {
  return `${name}: ${stateWords[state].toLowerCase()}${held ? ', transition disabled' : ''}`
}

function segmentOf(stage: StageOverview, standing: PipelineStanding | undefined, now: number): Segment {
  const actions = (standing?.live ?? []).flatMap((one) =>
    one.actions.filter((action) => action.stageName === stage.name),
  )
  const states = actions.map((action) => actionState(action, now).name)
  const state = loud.find((one) => states.includes(one)) ?? stateOfStatus(stage.status).name
  return { name: stage.name, state, held: stage.closed }
}
