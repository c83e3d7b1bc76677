import { Icon } from './icons.js'
import { type State, type StateName, stateIcons, stateOfStatus } from './state.js'

/** The state of a status, for borders and bars. */
export function toneOf(status: string | undefined): StateName {
  return stateOfStatus(status).name
}

/** The words for a status. */
export function wordsFor(status: string | undefined): string {
  return stateOfStatus(status).words
}

/** A status of the API as icon and words. */
export function Status({ status }: { readonly status: string | undefined }) {
  return <StateMark state={stateOfStatus(status)} />
}

/** A state as icon and words, never by colour alone. */
export function StateMark({ state, quiet }: { readonly state: State; readonly quiet?: boolean }) {
  return (
    <span class={`status tone-${state.name}${quiet ? ' calm' : ''}`}>
      <Icon name={stateIcons[state.name]} />
      <span>{state.words}</span>
    </span>
  )
}
