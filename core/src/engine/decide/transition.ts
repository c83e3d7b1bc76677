import { defined } from '../../domain/defined.js'
import { Fault } from '../../domain/faults.js'
import { longestHold, type Transition, transitionReason } from '../../domain/transition.js'
import type { Draft } from '../draft.js'
import type { SetTransitionEvent } from '../events.js'
import { waitingAt } from './movement.js'

/** Closes or opens a door (T1..T4). Errors: StageNotFoundException, ValidationException. */
export function setTransition(draft: Draft, event: SetTransitionEvent): undefined {
  const door = doorOf(draft, event)
  if (door === undefined) return
  if (!event.enabled && !transitionReason.test(event.reason ?? '')) {
    throw new Fault(
      'ValidationException',
      `The reason '${event.reason ?? ''}' must be 1 to 300 characters of letters, digits, spaces and !@().*?-`,
    )
  }
  const record = draft.stageRecord(door)
  if (event.enabled && !record.inbound.enabled) dropWhatWaitedTooLong(draft, door, record.inbound)
  const { enabled, by, reason } = event
  draft.tell({
    kind: 'transitionChanged',
    pipelineName: draft.pipelineName,
    stageName: door,
    enabled,
    by,
    ...defined({ reason: enabled ? undefined : reason }),
  })
  draft.putStageRecord({
    ...record,
    inbound: {
      enabled: event.enabled,
      lastChangedBy: event.by,
      lastChangedAt: draft.now,
      ...(event.enabled || event.reason === undefined ? {} : { disabledReason: event.reason }),
    },
  })
}

/** T2: a stage's outbound transition is the next one's inbound; the last stage's leads nowhere. */
function doorOf(draft: Draft, event: SetTransitionEvent): string | undefined {
  const { stages } = draft.state.pipeline.declaration
  const index = stages.findIndex((stage) => stage.name === event.stageName)
  if (index < 0) {
    throw new Fault(
      'StageNotFoundException',
      `The pipeline '${draft.pipelineName}' has no stage '${event.stageName}'; it has ${stages.map((stage) => `'${stage.name}'`).join(', ')}`,
    )
  }
  return stages[event.transitionType === 'Inbound' ? index : index + 1]?.name
}

/** T4: what a closed door held for more than thirty days does not resume. */
function dropWhatWaitedTooLong(draft: Draft, stageName: string, door: Transition): void {
  for (const execution of waitingAt(draft, stageName)) {
    const heldSince = Math.max(execution.position?.since ?? 0, door.lastChangedAt ?? 0)
    if (draft.now - heldSince <= longestHold) continue
    const statusSummary = `held at the disabled transition into '${stageName}' for more than 30 days`
    draft.stepExecution(execution.id, 'cancel', { statusSummary })
  }
}
