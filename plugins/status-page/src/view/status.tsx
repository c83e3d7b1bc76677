import { Icon, type IconName } from './icons.js'

interface Look {
  readonly tone: 'good' | 'bad' | 'busy' | 'calm' | 'warn'
  readonly icon: IconName
  readonly text: string
}

/** How each status of executions, stages, actions, conditions and targets is shown: never by colour alone. */
const looks: Readonly<Record<string, Look>> = {
  Succeeded: { tone: 'good', icon: 'succeeded', text: 'Succeeded' },
  Failed: { tone: 'bad', icon: 'failed', text: 'Failed' },
  InProgress: { tone: 'busy', icon: 'progress', text: 'In progress' },
  Stopping: { tone: 'warn', icon: 'progress', text: 'Stopping' },
  Stopped: { tone: 'warn', icon: 'stopped', text: 'Stopped' },
  Superseded: { tone: 'calm', icon: 'superseded', text: 'Superseded' },
  Cancelled: { tone: 'calm', icon: 'cancelled', text: 'Cancelled' },
  Abandoned: { tone: 'warn', icon: 'stopped', text: 'Abandoned' },
  Skipped: { tone: 'calm', icon: 'skipped', text: 'Skipped' },
  Errored: { tone: 'bad', icon: 'warning', text: 'Errored' },
  Overridden: { tone: 'warn', icon: 'unlock', text: 'Overridden' },
  Pending: { tone: 'calm', icon: 'waiting', text: 'Pending' },
  Waiting: { tone: 'busy', icon: 'waiting', text: 'Waiting' },
  Approval: { tone: 'warn', icon: 'person', text: 'Waiting for approval' },
  DidNotRun: { tone: 'calm', icon: 'idle', text: "Didn't run" },
  NotYet: { tone: 'calm', icon: 'idle', text: 'Not run yet' },
}

/** The tone of a status, for borders and bars. */
export function toneOf(status: string | undefined): Look['tone'] {
  return looks[status ?? 'NotYet']?.tone ?? 'calm'
}

/** The words for a status. */
export function wordsFor(status: string | undefined): string {
  return looks[status ?? 'NotYet']?.text ?? String(status)
}

/** A status as icon and words. One that this page does not know yet is shown by its own name. */
export function Status({ status }: { readonly status: string | undefined }) {
  const look = looks[status ?? 'NotYet'] ?? { tone: 'calm', icon: 'idle', text: String(status) }
  return (
    <span class={`status tone-${look.tone}`}>
      <Icon name={look.icon} />
      <span>{look.text}</span>
    </span>
  )
}
