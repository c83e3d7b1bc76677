import { structure } from '../model/shape.js'
import { operation } from '../operation.js'
import { pipelineName } from '../schemas/names.js'

/** What every stage and action of a pipeline does right now. */
export const getPipelineState = operation({
  name: 'GetPipelineState',
  input: structure({ name: pipelineName }),
  resource: ({ name }, arns) => arns.pipeline(name),
  call: (operations, by, input) => operations.getPipelineState(by, input),
})
