import { oneOf, structure } from '../model/shape.js'
import { operation } from '../operation.js'
import { stageRef } from '../schemas/execution.js'
import { executionId } from '../schemas/names.js'

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
  call: (operations, by, input) => operations.overrideStageCondition(by, input),
})
