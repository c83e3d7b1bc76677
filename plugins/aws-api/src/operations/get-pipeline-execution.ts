import { structure } from '../model/shape.js'
import { operation } from '../operation.js'
import { executionRef } from '../schemas/execution.js'

/** One execution: its status, revisions and variables. */
export const getPipelineExecution = operation({
  name: 'GetPipelineExecution',
  input: structure({ ...executionRef }),
  resource: ({ pipelineName }, arns) => arns.pipeline(pipelineName),
  call: (operations, by, input) => operations.getPipelineExecution(by, input),
})
