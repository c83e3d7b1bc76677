import type { PastExecution } from '@penstock/core'
import { type StateName, stateOfStatus } from './state.js'
import { duration } from './time.js'

const width = 6
const step = 8
const height = 24

/** The last executions as bars, oldest first: how they ended, and how long they took beside one another. */
export function Spark({ executions }: { readonly executions: readonly PastExecution[] }) {
  if (executions.length === 0) return null
  const shown = executions.toReversed()
  const longest = Math.max(...shown.map(lasted), 1)
  const states = shown.map(({ status }) => stateOfStatus(status).name)
  const bars = shown.map((execution, index) => ({
    state: states[index] ?? 'skipped',
    x: index * step,
    // By the square root, so that one that waited for days leaves the others to be seen.
    size: Math.max(4, Math.round(Math.sqrt(lasted(execution) / longest) * height)),
  }))
  return (
    <svg class="spark" viewBox={`0 0 78 ${height}`} role="img" aria-label={inWords(states, shown)}>
      {[...new Set(states)].map((state) => (
        <path key={state} class={`tone-${state}`} d={pathOf(bars.filter((bar) => bar.state === state))} />
      ))}
    </svg>
  )
}

function lasted({ started, updated }: PastExecution): number {
  return updated - started
}

function pathOf(bars: readonly { readonly x: number; readonly size: number }[]): string {
  return bars.map(({ x, size }) => `M${x} ${height}v-${size}h${width}v${size}z`).join('')
}

function inWords(states: readonly StateName[], shown: readonly PastExecution[]): string {
  const counts = [...new Set(states)].map((state) => `${states.filter((one) => one === state).length} ${state}`)
  const ended = shown.filter(({ status }) => status === 'Succeeded').map(lasted)
  const usual = median(ended)
  return `Last ${shown.length}: ${counts.join(', ')}${usual === undefined ? '' : `; usually ${duration(usual)}`}`
}

/** The middle one; undefined of none. */
export function median(values: readonly number[]): number | undefined {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]
}
