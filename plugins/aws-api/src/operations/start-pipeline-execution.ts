import { structure } from '../model/shape.js'
import { operation } from '../operation.js'
import { clientRequestToken, sourceRevisions } from '../schemas/execution.js'
import { pipelineName } from '../schemas/names.js'
import { variables } from '../schemas/variable.js'

/** Starts a pipeline by hand (X12 to X14). */
export const startPipelineExecution = operation({
  name: 'StartPipelineExecution',
  input: structure({ name: pipelineName }, { variables, clientRequestToken, sourceRevisions }),
  resource: ({ name }, arns) => arns.pipeline(name),
  changes: true,
  call: (operations, by, input) => operations.startPipelineExecution(by, input),
})
