import type { PipelineExecution, TriggerType } from '../../domain/execution.js'
import { Fault } from '../../domain/faults.js'
import type { Draft } from '../draft.js'
import type { RollbackStageEvent } from '../events.js'
import { admit, occupant } from './movement.js'

/**
 * A new execution runs the stage with what the target had (R6, R7). Errors: UnableToRollbackStageException,
 * PipelineExecutionOutdatedException.
 */
export function rollbackStage(draft: Draft, event: RollbackStageEvent): string {
  const target = draft.execution(event.targetExecutionId)
  refuseUnlessPossible(draft, target, event.stageName)
  return runAgain(draft, target, event.stageName, 'ManualRollback', event.by)
}

function refuseUnlessPossible(draft: Draft, target: PipelineExecution, stageName: string): void {
  const unable = (why: string) =>
    new Fault(
      'UnableToRollbackStageException',
      `The stage '${stageName}' cannot be rolled back to execution ${target.id}: ${why}`,
    )
  const { pipeline } = draft.state
  if (pipeline.declaration.executionMode === 'PARALLEL') throw unable('the pipeline is in PARALLEL mode') // (S13)
  if (pipeline.declaration.stages[0]?.name === stageName) throw unable('it is the source stage')
  if (target.pipelineVersion !== pipeline.version) {
    throw new Fault(
      'PipelineExecutionOutdatedException',
      `The execution ${target.id} ran on version ${target.pipelineVersion} of '${pipeline.name}', which is now at version ${pipeline.version}`,
    )
  }
  if (target.type === 'ROLLBACK') throw unable('that execution is itself a rollback')
  const reached = draft.findStageExecution(target.id, stageName)?.status
  if (reached !== 'Succeeded') throw unable(`the stage did not succeed there (${reached ?? 'it was never in it'})`)
  const running = occupant(draft, stageName)
  if (running) throw unable(`execution ${running.id} is in progress in it`)
}

/** S16: after a failure, back to what last succeeded, if there is such a thing. A rollback never causes another. */
export function rollbackByItself(draft: Draft, failed: PipelineExecution, stageName: string): void {
  const last = draft.stageRecord(stageName).lastSucceeded
  const target = last && draft.findExecution(last.executionId)
  if (!target || failed.type === 'ROLLBACK' || target.pipelineVersion !== failed.pipelineVersion) return
  if (draft.definition(failed).stages[0]?.name === stageName) return
  runAgain(draft, target, stageName, 'AutomatedRollback', failed.id)
}

/** A new execution of one stage, with another's artifacts, revisions and variables. It goes straight in. */
function runAgain(
  draft: Draft,
  target: PipelineExecution,
  stageName: string,
  triggerType: TriggerType,
  triggerDetail: string,
): string {
  const id = draft.around.newId()
  const { clientRequestToken: _token, stop: _stop, position: _position, statusSummary: _summary, ...kept } = target
  draft.putExecution({
    ...kept,
    id,
    number: draft.nextNumber(),
    mode: draft.state.pipeline.declaration.executionMode ?? 'SUPERSEDED',
    type: 'ROLLBACK',
    status: 'InProgress',
    trigger: { triggerType, triggerDetail },
    started: draft.now,
    updated: draft.now,
    rollbackTarget: target.id,
  })
  draft.tell({
    kind: 'executionChanged',
    pipelineName: target.pipelineName,
    pipelineExecutionId: id,
    status: 'InProgress',
  })
  admit(draft, id, stageName)
  return id
}
