import { structure } from '../model/shape.js'
import { operation } from '../operation.js'
import { retryMode } from '../schemas/condition.js'
import { stageRef } from '../schemas/execution.js'
import { executionId } from '../schemas/names.js'

/** Runs a failed stage again (R1). */
export const retryStageExecution = operation({
  name: 'RetryStageExecution',
  input: structure({ ...stageRef, pipelineExecutionId: executionId, retryMode }),
  resource: (input, arns) => arns.stage(input),
  changes: true,
  call: (operations, by, input) => operations.retryStageExecution(by, input),
})
