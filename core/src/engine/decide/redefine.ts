import { openTransition } from '../../domain/transition.js'
import type { Draft } from '../draft.js'
import type { RedefineEvent } from '../events.js'

/**
 * X10: the definition changed. In SUPERSEDED and QUEUED mode what waits is cancelled, and what runs once its actions in
 * progress have ended; PARALLEL executions finish on the definition they started with. `state` still has the old one.
 */
export function redefine(draft: Draft, { pipeline }: RedefineEvent): undefined {
  const statusSummary = 'the definition of the pipeline was updated before the execution completed'
  for (const execution of draft.liveExecutions()) {
    if (execution.mode === 'PARALLEL') continue
    if (execution.position?.waiting) draft.stepExecution(execution.id, 'cancel', { statusSummary })
    else draft.putExecution({ ...execution, cancelling: true, statusSummary })
  }
  openDoorsThatAreGone(
    draft,
    pipeline.declaration.stages.map((stage) => stage.name),
  )
}

/** A stage that is no more has no door that anybody could open: what still waits there on an older definition goes on. */
function openDoorsThatAreGone(draft: Draft, stages: readonly string[]): void {
  for (const [name, record] of draft.state.stages) {
    if (stages.includes(name) || record.inbound.enabled) continue
    draft.putStageRecord({ ...record, inbound: openTransition })
  }
}
