import { defined } from '../domain/defined.js'
import type { Decision } from './changes.js'
import { decide } from './decide.js'
import { type Engine, surroundings } from './engine.js'
import type { PipelineEvent } from './events.js'
import { pipelineNotFound } from './names.js'
import type { Unit, Wanted } from './ports.js'
import type { PipelineState } from './state.js'

/** An event, or how to make it from the state it happens to. */
export type EventSource = PipelineEvent | ((state: PipelineState) => PipelineEvent)

/** What became of an event, and when: by the database's clock, epoch milliseconds. */
export interface Applied extends Decision {
  readonly now: number
}

/**
 * Lets an event happen: load, decide, write and queue in ONE transaction; then tell whoever waits.
 * Errors: PipelineNotFoundException, and those of the event's verb; nothing is written then.
 */
export async function apply(
  engine: Engine,
  pipelineName: string,
  event: EventSource,
  wanted: Wanted = {},
): Promise<Applied> {
  const decision = await engine.store.transact((unit) => applyIn(engine, unit, pipelineName, event, wanted))
  announce(engine, pipelineName, decision)
  return decision
}

/** As `apply`, inside a transaction that the caller has; announce the decision once it is durable. */
export async function applyIn(
  engine: Engine,
  unit: Unit,
  pipelineName: string,
  event: EventSource,
  wanted: Wanted = {},
): Promise<Applied> {
  const state = await unit.loadState(pipelineName, wanted, engine.clock.now())
  if (!state) throw pipelineNotFound(engine, pipelineName)
  // By the one clock that all servers share: another server judges the time limits that are set here.
  const around = surroundings(engine, state.now)
  const decision = decide(state, typeof event === 'function' ? event(state) : event, around)
  await unit.saveDecision(pipelineName, decision, around.now)
  return { ...decision, now: around.now }
}

/** Signals, never the truth: a sweep finds what a lost one missed. */
export function announce(engine: Engine, pipelineName: string, { changes, effects, executionId }: Decision): void {
  if (changes.newJobs.length > 0) engine.store.signal({ kind: 'jobs' })
  if (changes.endedJobs.length > 0) engine.store.signal({ kind: 'cancels' })
  if (effects.length > 0) engine.store.signal({ kind: 'outbox' })
  engine.store.signal({ kind: 'pipeline', pipelineName, ...defined({ pipelineExecutionId: executionId }) })
}
