import { isLive, type PipelineExecution, type Position } from '../../domain/execution.js'
import type { StageDeclaration } from '../../domain/pipeline.js'
import type { StageExecution } from '../../domain/stage.js'
import type { Draft } from '../draft.js'
import { beginAction } from './action.js'
import { dropConditions, judgeCondition } from './condition.js'
import { applyFailure } from './failure.js'
import { admit, leave, occupant, waitingAt } from './movement.js'

/** X6: how many actions of one execution run at a time in PARALLEL mode. */
export const parallelActions = 5

/** Lets everything move that can, oldest execution first, until nothing does. */
export function settle(draft: Draft): void {
  let moved = true
  while (moved) {
    moved = false
    for (const { id } of draft.liveExecutions()) {
      while (advance(draft, id)) moved = true
    }
  }
}

/** One move of one execution; false when it can make none. */
function advance(draft: Draft, executionId: string): boolean {
  const execution = draft.execution(executionId)
  const { position } = execution
  if (!isLive(execution.status) || !position) return false
  return position.waiting ? enter(draft, execution, position) : work(draft, execution, position)
}

function enter(draft: Draft, execution: PipelineExecution, position: Position): boolean {
  if (!draft.stageRecord(position.stage).inbound.enabled) return false // a closed door holds (T1)
  if (execution.mode !== 'PARALLEL') {
    if (occupant(draft, position.stage)) return false // one at a time (X3)
    const first = waitingAt(draft, position.stage).find((one) => one.mode !== 'PARALLEL')
    if (first?.id !== execution.id) return false // none overtakes (X5)
  }
  admit(draft, execution.id, position.stage)
  return true
}

/** One move inside a stage: conditions before, the actions by run order, conditions after. */
function work(draft: Draft, execution: PipelineExecution, position: Position): boolean {
  const stage = draft.stageExecution(execution.id, position.stage)
  const declaration = draft.stageDeclaration(execution, stage.stageName)
  if (execution.status === 'Stopping' || execution.cancelling) return wind(draft, execution, stage)
  const entry = judgeCondition(draft, stage, 'beforeEntry')
  if (entry !== 'held') return entry === 'moved' || leaveIfSkipped(draft, execution, stage.stageName)
  const actions = runActions(draft, execution, stage, declaration)
  if (actions === 'failed') return applyFailure(draft, execution, stage, declaration)
  if (actions !== 'succeeded') return actions === 'moved'
  const success = judgeCondition(draft, stage, 'onSuccess')
  if (success !== 'held') return success === 'moved'
  draft.stepStage(execution.id, stage.stageName, 'succeed')
  rememberSuccess(draft, execution, stage.stageName)
  leave(draft, execution.id, stage.stageName)
  return true
}

/** P1, X10: nothing more starts; once nothing is in progress the stage ends. */
function wind(draft: Draft, execution: PipelineExecution, stage: StageExecution): boolean {
  if (draft.actionsOf(stage).some((action) => action.status === 'InProgress')) return false
  const by = execution.cancelling ? 'cancel' : 'stop'
  if (by === 'cancel') dropConditions(draft, execution.id, stage.stageName, 'cancel')
  draft.stepStage(execution.id, stage.stageName, by)
  draft.stepExecution(execution.id, by)
  return true
}

function leaveIfSkipped(draft: Draft, execution: PipelineExecution, stageName: string): boolean {
  if (draft.stageExecution(execution.id, stageName).status !== 'Skipped') return false
  leave(draft, execution.id, stageName)
  return true
}

/** What a rollback by itself will return to (R6, R7: no rollbacks, current version only). */
function rememberSuccess(draft: Draft, execution: PipelineExecution, stageName: string): void {
  if (execution.type === 'ROLLBACK') return
  const lastSucceeded = { executionId: execution.id, pipelineVersion: execution.pipelineVersion }
  draft.putStageRecord({ ...draft.stageRecord(stageName), lastSucceeded })
}

/** S6: the next group of equal run order starts when all of the group before succeeded. X9: never after a failure. */
function runActions(
  draft: Draft,
  execution: PipelineExecution,
  stage: StageExecution,
  declaration: StageDeclaration,
): 'moved' | 'waiting' | 'failed' | 'succeeded' {
  const actions = draft.actionsOf(stage)
  const inProgress = actions.filter((action) => action.status === 'InProgress').length
  if (actions.some((action) => action.status === 'Failed' || action.status === 'Abandoned')) {
    return inProgress > 0 ? 'waiting' : 'failed'
  }
  const group = nextGroup(draft, stage, declaration)
  if (group.length === 0) return 'succeeded'
  const room = execution.mode === 'PARALLEL' ? parallelActions - inProgress : group.length
  const toStart = group.filter((action) => !stage.actions[action.name]).slice(0, Math.max(room, 0))
  for (const action of toStart) beginAction(draft, execution.id, stage.stageName, action)
  return toStart.length > 0 ? 'moved' : 'waiting'
}

/** The actions of the first group that has not wholly succeeded; none when all have. */
function nextGroup(draft: Draft, stage: StageExecution, declaration: StageDeclaration): StageDeclaration['actions'] {
  const open = declaration.actions.filter((action) => {
    const run = stage.actions[action.name]
    return run === undefined || draft.action(run).status !== 'Succeeded'
  })
  const order = Math.min(...open.map((action) => action.runOrder ?? 1))
  return open.filter((action) => (action.runOrder ?? 1) === order)
}
