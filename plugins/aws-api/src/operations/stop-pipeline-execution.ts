import { boolean, structure, text } from '../model/shape.js'
import { operation } from '../operation.js'
import { executionRef } from '../schemas/execution.js'

/** Stops an execution, waiting for its actions or abandoning them (P). */
export const stopPipelineExecution = operation({
  name: 'StopPipelineExecution',
  input: structure({ ...executionRef }, { abandon: boolean, reason: text({ max: 200 }) }),
  resource: ({ pipelineName }, arns) => arns.pipeline(pipelineName),
  changes: true,
  call: (operations, by, input) => operations.stopPipelineExecution(by, input),
})
