/** Stages: their doors, conditions and approvals, and what runs in them once more. */
import * as steer from '../engine/steer-execution.js'
import { oneOf, structure, text } from '../shape/shape.js'
import { operation } from './operation.js'
import { approvalResult } from './shapes/approval.js'
import { retryMode } from './shapes/condition.js'
import { actionRef, stageRef, transitionType } from './shapes/execution.js'
import { approvalToken, executionId } from './shapes/names.js'

/** Runs a failed stage again (R1). */
export const retryStageExecution = operation({
  name: 'RetryStageExecution',
  input: structure({ ...stageRef, pipelineExecutionId: executionId, retryMode }),
  resource: (input, arns) => arns.stage(input),
  changes: true,
  busy: 'ConflictException',
  taken: 'ConflictException',
  run: ({ engine }, by, input) => steer.retryStageExecution(engine, by, input),
})

/** Runs a stage with what an earlier execution had (R6). */
export const rollbackStage = operation({
  name: 'RollbackStage',
  input: structure({ ...stageRef, targetPipelineExecutionId: executionId }),
  resource: (input, arns) => arns.stage(input),
  changes: true,
  busy: 'ConflictException',
  taken: 'ConflictException',
  run: ({ engine }, by, input) => steer.rollbackStage(engine, by, input),
})

/** Lets an execution pass a condition that failed (C3). */
export const overrideStageCondition = operation({
  name: 'OverrideStageCondition',
  input: structure({
    ...stageRef,
    pipelineExecutionId: executionId,
    conditionType: oneOf('BEFORE_ENTRY', 'ON_SUCCESS'),
  }),
  resource: (input, arns) => arns.stage(input),
  changes: true,
  silent: true,
  busy: 'ConflictException',
  taken: 'ConflictException',
  run: ({ engine }, by, input) => steer.overrideStageCondition(engine, by, input),
})

/** Closes the door of a stage (T1, T2). */
export const disableStageTransition = operation({
  name: 'DisableStageTransition',
  input: structure({
    ...stageRef,
    transitionType,
    reason: text({ min: 1, max: 300, pattern: '[a-zA-Z0-9!@ \\(\\)\\.\\*\\?\\-]+' }),
  }),
  resource: (input, arns) => arns.stage(input),
  changes: true,
  silent: true,
  run: ({ engine }, by, input) => steer.disableStageTransition(engine, by, input),
})

/** Opens the door of a stage (T1). */
export const enableStageTransition = operation({
  name: 'EnableStageTransition',
  input: structure({ ...stageRef, transitionType }),
  resource: (input, arns) => arns.stage(input),
  changes: true,
  silent: true,
  run: ({ engine }, by, input) => steer.enableStageTransition(engine, by, input),
})

/** Answers a waiting approval (A1). */
export const putApprovalResult = operation({
  name: 'PutApprovalResult',
  input: structure({ ...actionRef, result: approvalResult, token: approvalToken }),
  resource: (input, arns) => arns.action(input),
  changes: true,
  run: ({ engine }, by, input) => steer.putApprovalResult(engine, by, input),
})
