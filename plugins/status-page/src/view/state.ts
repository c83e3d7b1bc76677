/**
 * The states, once: every place, from the dashboard's row to the tab's icon, takes word, icon and colour from here, so
 * that no two of them can disagree.
 */
import type { LiveAction, LiveExecution, PastExecution, PipelineStanding } from '@penstock/core'
import type { IconName } from './icons.js'
import { duration } from './time.js'

export type StateName =
  | 'queued'
  | 'worker'
  | 'running'
  | 'person'
  | 'held'
  | 'failed'
  | 'stopped'
  | 'superseded'
  | 'succeeded'
  | 'skipped'

/** A state with the words for this very case: `Held before Production`. */
export interface State {
  readonly name: StateName
  readonly words: string
  /** Why, or how long still: `transition disabled: Sale`, `usually 3 min 20 s`. */
  readonly detail?: string
  /** Epoch milliseconds. */
  readonly since?: number
}

/** By how much somebody is needed: the first of these that lives in a pipeline is the pipeline's. */
const urgency: readonly StateName[] = [
  'person',
  'held',
  'worker',
  'running',
  'queued',
  'failed',
  'stopped',
  'superseded',
  'succeeded',
  'skipped',
]

export const stateIcons = {
  queued: 'waiting',
  worker: 'hourglass',
  running: 'progress',
  person: 'person',
  held: 'lock',
  failed: 'failed',
  stopped: 'stopped',
  superseded: 'superseded',
  succeeded: 'succeeded',
  skipped: 'idle',
} as const satisfies Readonly<Record<StateName, IconName>>

export const stateWords: Readonly<Record<StateName, string>> = {
  queued: 'Queued',
  worker: 'Waiting for a worker',
  running: 'Running',
  person: 'Waiting for a person',
  held: 'Held',
  failed: 'Failed',
  stopped: 'Stopped',
  superseded: 'Superseded',
  succeeded: 'Succeeded',
  skipped: 'Not reached',
}

/** What the API calls the states of executions, stages, actions, conditions, rules and targets. */
const statuses: Readonly<Record<string, readonly [StateName, string]>> = {
  Succeeded: ['succeeded', 'Succeeded'],
  Failed: ['failed', 'Failed'],
  InProgress: ['running', 'Running'],
  Stopping: ['stopped', 'Stopping'],
  Stopped: ['stopped', 'Stopped'],
  Superseded: ['superseded', 'Superseded'],
  Cancelled: ['stopped', 'Cancelled'],
  Abandoned: ['stopped', 'Abandoned'],
  Skipped: ['skipped', 'Skipped'],
  Errored: ['failed', 'Errored'],
  Overridden: ['stopped', 'Overridden'],
  Pending: ['queued', 'Pending'],
  Queued: ['queued', 'Queued'],
  Waiting: ['queued', 'Waiting'],
  Approval: ['person', 'Waiting for a person'],
  DidNotRun: ['skipped', "Didn't run"],
  NotYet: ['skipped', 'Not run yet'],
}

/** The state that a status of the API stands for; what is not known yet is shown by its own name. */
export function stateOfStatus(status: string | undefined): State {
  const [name, words] = statuses[status ?? 'NotYet'] ?? ['queued', String(status)]
  return { name, words }
}

/** How an action in progress stands; `usualMs` is how long its work takes as a rule. */
export function actionState(action: LiveAction, now: number, usualMs?: number): State {
  if (action.approval) return { name: 'person', words: stateWords.person, since: action.started }
  const { queued } = action
  if (queued) return { name: 'worker', since: action.started, ...queueWords(queued, now) }
  const begun = action.workStarted ?? action.started
  return { name: 'running', words: stateWords.running, since: begun, ...estimate(begun, now, usualMs) }
}

function queueWords({ takenBy, typeKey, ahead, notBefore }: NonNullable<LiveAction['queued']>, now: number) {
  if (notBefore !== undefined && notBefore > now) {
    return { words: 'Waiting', detail: `looks again in ${duration(notBefore - now)}` }
  }
  if (takenBy === 'nobody') return { words: `No worker takes ${typeKey}` }
  const before = ahead === 0 ? 'next in line' : `${ahead} ahead of it`
  if (takenBy === 'pollers') return { words: 'Waiting for a job worker to poll', detail: before }
  return { words: stateWords.worker, detail: before }
}

/** `about 1 min 10 s left`, or by how much it is late. Nothing without enough runs to go by. */
function estimate(begun: number, now: number, usualMs: number | undefined): { readonly detail?: string } {
  if (usualMs === undefined) return {}
  const left = begun + usualMs - now
  if (left >= 0) return { detail: `about ${duration(left)} left` }
  return { detail: `usually ${duration(usualMs)}` }
}

/** How a living execution stands: the state of what needs somebody most. */
export function executionState(execution: LiveExecution, now: number): State {
  if (execution.status === 'Stopping') return stateOfStatus('Stopping')
  const { at, actions } = execution
  if (at?.waiting) {
    if (!at.held) return { name: 'queued', words: `Queued before ${at.stage}`, since: at.since }
    const detail = ['transition disabled', at.held.reason].filter(Boolean).join(': ')
    return { name: 'held', words: `Held before ${at.stage}`, detail, since: at.since }
  }
  const states = actions.map((action) => ({ action, state: actionState(action, now) }))
  const [first] = states.sort((a, b) => urgency.indexOf(a.state.name) - urgency.indexOf(b.state.name))
  if (!first) return { name: 'running', words: at ? `Running ${at.stage}` : 'Running', since: execution.started }
  const { action, state } = first
  if (state.name === 'running') return { ...state, words: `Running ${action.stageName}` }
  if (state.name === 'person') return { ...state, words: `${action.actionName} waits for a person` }
  return { ...state, words: `${action.actionName}: ${lower(state.words)}` }
}

function lower(words: string): string {
  return words.charAt(0).toLowerCase() + words.slice(1)
}

/** How an execution stands, whether or not it lives. */
export function anyState(execution: PastExecution | LiveExecution, now: number): State {
  if ('actions' in execution) return executionState(execution, now)
  return { ...stateOfStatus(execution.status), since: execution.updated }
}

/** How a pipeline stands: by what lives in it, else by its newest execution. */
export function pipelineState({ latest, live }: PipelineStanding, now: number): State {
  const [first] = live
    .map((execution) => executionState(execution, now))
    .sort((a, b) => urgency.indexOf(a.name) - urgency.indexOf(b.name))
  if (first) return first
  return latest ? anyState(latest, now) : { name: 'skipped', words: 'Not run yet' }
}

/** By how much a pipeline needs somebody: the lower the more. What failed comes right behind what waits for a person. */
export function need({ name }: State): number {
  return ['person', 'failed', 'held', 'worker', 'running', 'queued', 'stopped'].indexOf(name) + 1 || 9
}
