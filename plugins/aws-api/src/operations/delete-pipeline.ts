import { structure } from '../model/shape.js'
import { operation } from '../operation.js'
import { pipelineName } from '../schemas/names.js'

/** Deletes a pipeline and its history; succeeds when there is none (D1). */
export const deletePipeline = operation({
  name: 'DeletePipeline',
  input: structure({ name: pipelineName }),
  resource: ({ name }, arns) => arns.pipeline(name),
  changes: true,
  silent: true,
  call: (operations, by, input) => operations.deletePipeline(by, input),
})
