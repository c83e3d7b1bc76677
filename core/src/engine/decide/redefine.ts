import type { Draft } from '../draft.js'
import type { RedefineEvent } from '../events.js'

/**
 * X10: the definition changed. In SUPERSEDED and QUEUED mode what waits is cancelled, and what runs once its actions in
 * progress have ended; PARALLEL executions finish on the definition they started with. `state` still has the old one.
 */
export function redefine(draft: Draft, _event: RedefineEvent): undefined {
  const statusSummary = 'the definition of the pipeline was updated before the execution completed'
  for (const execution of draft.liveExecutions()) {
    if (execution.mode === 'PARALLEL') continue
    if (execution.position?.waiting) draft.stepExecution(execution.id, 'cancel', { statusSummary })
    else draft.putExecution({ ...execution, cancelling: true, statusSummary })
  }
}
