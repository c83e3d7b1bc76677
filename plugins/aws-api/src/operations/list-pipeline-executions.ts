import { structure } from '../model/shape.js'
import { operation } from '../operation.js'
import { executionFilter } from '../schemas/execution.js'
import { pipelineName } from '../schemas/names.js'
import { page } from '../schemas/page.js'

/** A pipeline's executions, newest first (X11, R8). */
export const listPipelineExecutions = operation({
  name: 'ListPipelineExecutions',
  input: structure({ pipelineName }, { filter: executionFilter, ...page }),
  resource: ({ pipelineName }, arns) => arns.pipeline(pipelineName),
  call: (operations, by, input) => operations.listPipelineExecutions(by, input),
})
