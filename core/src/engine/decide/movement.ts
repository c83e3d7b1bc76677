/** How executions move: to a stage's door, through it, and out. */
import type { PipelineExecution } from '../../domain/execution.js'
import type { Draft } from '../draft.js'

/** Puts an execution in front of a stage; what waits there already may be superseded by it, or it by that (X4). */
export function arrive(draft: Draft, executionId: string, stageName: string): void {
  const execution = draft.execution(executionId)
  draft.putExecution({ ...execution, position: { stage: stageName, waiting: true, since: draft.now } })
  if (execution.mode === 'SUPERSEDED') supersede(draft, stageName)
}

/** X4: at most one execution waits in front of a stage, the newest. */
function supersede(draft: Draft, stageName: string): void {
  const waiting = waitingAt(draft, stageName).filter((one) => one.mode === 'SUPERSEDED')
  for (const older of waiting.slice(0, -1)) draft.stepExecution(older.id, 'supersede')
}

/** Who waits in front of a stage, oldest first. */
export function waitingAt(draft: Draft, stageName: string): PipelineExecution[] {
  return draft.liveExecutions().filter((one) => one.position?.stage === stageName && one.position.waiting)
}

/** X3: the execution that has the stage locked. PARALLEL executions lock nothing (X6). */
export function occupant(draft: Draft, stageName: string): PipelineExecution | undefined {
  return draft
    .liveExecutions()
    .find((one) => one.position?.stage === stageName && !one.position.waiting && one.mode !== 'PARALLEL')
}

/** Puts an execution inside a stage, whatever stands before it. */
export function admit(draft: Draft, executionId: string, stageName: string): void {
  const execution = draft.execution(executionId)
  draft.putExecution({ ...execution, position: { stage: stageName, waiting: false, since: draft.now } })
  draft.putStageRecord({ ...draft.stageRecord(stageName), latestExecutionId: executionId })
  draft.putStageExecution({
    executionId,
    pipelineName: draft.pipelineName,
    stageName,
    status: 'InProgress',
    started: draft.now,
    updated: draft.now,
    actions: {},
  })
}

/** On to the door of the next stage, or out; a rollback runs one stage only (R6). */
export function leave(draft: Draft, executionId: string, stageName: string): void {
  const execution = draft.execution(executionId)
  const { stages } = draft.definition(execution)
  const next = stages[stages.findIndex((stage) => stage.name === stageName) + 1]
  if (next && execution.type === 'STANDARD') {
    arrive(draft, executionId, next.name)
    return
  }
  const { position: _left, ...rest } = execution
  draft.putExecution(rest)
  draft.stepExecution(executionId, 'succeed')
}
