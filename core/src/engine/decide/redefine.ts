import type { PipelineExecution } from '../../domain/execution.js'
import type { PipelineDeclaration } from '../../domain/pipeline.js'
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
    else {
      draft.putExecution({ ...execution, cancelling: true, statusSummary })
      dropLostApprovals(draft, execution, pipeline.declaration)
    }
  }
  openDoorsThatAreGone(
    draft,
    pipeline.declaration.stages.map((stage) => stage.name),
  )
}

/**
 * An approval that has no place in the new definition could be answered by nobody: no state shows its token, and its stage
 * or action is not found. It ends here, and its execution with it; one that still has its place waits to be answered.
 */
function dropLostApprovals(draft: Draft, execution: PipelineExecution, { stages }: PipelineDeclaration): void {
  const stageName = execution.position?.stage
  const stage = stageName === undefined ? undefined : draft.findStageExecution(execution.id, stageName)
  if (!stage) return
  const actions = stages.find(({ name }) => name === stageName)?.actions ?? []
  const kept = actions.filter(({ actionTypeId }) => actionTypeId.category === 'Approval').map(({ name }) => name)
  for (const action of draft.actionsOf(stage)) {
    if (action.status !== 'InProgress' || action.token === undefined || kept.includes(action.actionName)) continue
    const message = `the definition of the pipeline was updated, and has no approval '${action.actionName}' in a stage '${stageName}' any more`
    draft.stepAction(action.id, 'abandon', { summary: message, error: { code: 'Abandoned', message } })
  }
}

/** A stage that is no more has no door that anybody could open: what still waits there on an older definition goes on. */
function openDoorsThatAreGone(draft: Draft, stages: readonly string[]): void {
  for (const [name, record] of draft.state.stages) {
    if (stages.includes(name) || record.inbound.enabled) continue
    draft.putStageRecord({ ...record, inbound: openTransition })
  }
}
