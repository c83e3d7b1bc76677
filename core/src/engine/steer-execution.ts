/** The verbs that steer an execution or a stage: each names its event, and what of the pipeline must be at hand. */
import type { Principal } from '../domain/access.js'
import { apply } from './apply.js'
import type { Engine } from './engine.js'
import type { PipelineEvent } from './events.js'
import { executionNotFound, stageNotFound } from './names.js'
import type { ExecutionOperations } from './operations.js'
import type { PipelineState } from './state.js'

type Input<Name extends keyof ExecutionOperations> = Parameters<ExecutionOperations[Name]>[1]
type Named = { readonly pipelineExecutionId: string }

/**
 * Stops an execution, at once or when its actions ended (P1..P3). Errors: PipelineNotFoundException,
 * PipelineExecutionNotFoundException, ...NotStoppable, DuplicatedStopRequest.
 */
export async function stopPipelineExecution(
  engine: Engine,
  _by: Principal,
  input: Input<'stopPipelineExecution'>,
): Promise<Named> {
  const { pipelineName, pipelineExecutionId, abandon = false, reason } = input
  await apply(
    engine,
    pipelineName,
    checked(input, { type: 'Stop', executionId: pipelineExecutionId, abandon, reason }),
    {
      executionIds: [pipelineExecutionId],
    },
  )
  return { pipelineExecutionId }
}

/**
 * Runs a failed stage again (R1..R3). Errors: ... StageNotFoundException, StageNotRetryableException,
 * NotLatestPipelineExecutionException.
 */
export async function retryStageExecution(
  engine: Engine,
  _by: Principal,
  input: Input<'retryStageExecution'>,
): Promise<Named> {
  const { pipelineName, pipelineExecutionId, stageName, retryMode } = input
  const event = { type: 'RetryStage', executionId: pipelineExecutionId, stageName, mode: retryMode } as const
  await apply(engine, pipelineName, checked(input, event), { executionIds: [pipelineExecutionId], stageName })
  return { pipelineExecutionId }
}

/**
 * Runs a stage with what an earlier execution had (R6, R7). Errors: ... UnableToRollbackStageException,
 * PipelineExecutionOutdatedException.
 */
export async function rollbackStage(engine: Engine, by: Principal, input: Input<'rollbackStage'>): Promise<Named> {
  const { pipelineName, stageName, targetPipelineExecutionId } = input
  const event = { type: 'RollbackStage', stageName, targetExecutionId: targetPipelineExecutionId, by: by.arn } as const
  const decision = await apply(
    engine,
    pipelineName,
    checked({ ...input, pipelineExecutionId: targetPipelineExecutionId }, event),
    { executionIds: [targetPipelineExecutionId], stageName },
  )
  return { pipelineExecutionId: decision.executionId ?? '' }
}

/**
 * Lets an execution past a condition (C3). Errors: ... ConditionNotOverridableException,
 * NotLatestPipelineExecutionException.
 */
export async function overrideStageCondition(
  engine: Engine,
  by: Principal,
  input: Input<'overrideStageCondition'>,
): Promise<void> {
  const { pipelineName, pipelineExecutionId, stageName } = input
  const kind = input.conditionType === 'BEFORE_ENTRY' ? 'beforeEntry' : 'onSuccess'
  const event = { type: 'OverrideCondition', executionId: pipelineExecutionId, stageName, kind, by: by.arn } as const
  await apply(engine, pipelineName, checked(input, event), { executionIds: [pipelineExecutionId], stageName })
}

/**
 * Closes a stage's door, with a reason (T3). Errors: PipelineNotFoundException, StageNotFoundException,
 * ValidationException.
 */
export async function disableStageTransition(
  engine: Engine,
  by: Principal,
  input: Input<'disableStageTransition'>,
): Promise<void> {
  const { pipelineName, stageName, transitionType, reason } = input
  await apply(engine, pipelineName, {
    type: 'SetTransition',
    stageName,
    transitionType,
    enabled: false,
    reason,
    by: by.arn,
  })
}

/**
 * Opens a stage's door to what it held, unless for too long (T1, T4). Errors: PipelineNotFoundException,
 * StageNotFoundException.
 */
export async function enableStageTransition(
  engine: Engine,
  by: Principal,
  input: Input<'enableStageTransition'>,
): Promise<void> {
  const { pipelineName, stageName, transitionType } = input
  await apply(engine, pipelineName, { type: 'SetTransition', stageName, transitionType, enabled: true, by: by.arn })
}

/**
 * Answers a pending approval (A1..A3, A5), also one whose stage a newer definition does not have. Errors:
 * PipelineNotFoundException, StageNotFoundException, ActionNotFoundException, InvalidApprovalTokenException,
 * ApprovalAlreadyCompletedException, AccessDeniedException.
 */
export async function putApprovalResult(
  engine: Engine,
  by: Principal,
  input: Input<'putApprovalResult'>,
): Promise<{ approvedAt: Date }> {
  const { pipelineName, stageName, actionName, result, token } = input
  const { now } = await apply(
    engine,
    pipelineName,
    { type: 'AnswerApproval', stageName, actionName, token, result, by: by.arn },
    { stageName, latestActions: true },
  )
  return { approvedAt: new Date(now) }
}

/** The event, once the execution and the stage that it names are known to be there. */
function checked(
  input: { readonly pipelineName: string; readonly pipelineExecutionId: string; readonly stageName?: string },
  event: PipelineEvent,
): (state: PipelineState) => PipelineEvent {
  return (state) => {
    const { stages } = state.pipeline.declaration
    if (input.stageName !== undefined && !stages.some((stage) => stage.name === input.stageName)) {
      throw stageNotFound(input.stageName, input.pipelineName)
    }
    if (!state.executions.has(input.pipelineExecutionId)) {
      throw executionNotFound(input.pipelineExecutionId, input.pipelineName)
    }
    return event
  }
}
