import { structure } from '../model/shape.js'
import { operation } from '../operation.js'
import { stageRef } from '../schemas/execution.js'
import { executionId } from '../schemas/names.js'

/** Runs a stage with what an earlier execution had (R6). */
export const rollbackStage = operation({
  name: 'RollbackStage',
  input: structure({ ...stageRef, targetPipelineExecutionId: executionId }),
  resource: (input, arns) => arns.stage(input),
  changes: true,
  call: (operations, by, input) => operations.rollbackStage(by, input),
})
