import { structure } from '../model/shape.js'
import { operation } from '../operation.js'
import { pipeline } from '../schemas/pipeline.js'

/** Gives a pipeline a new version; what runs is handled as X10 says. */
export const updatePipeline = operation({
  name: 'UpdatePipeline',
  input: structure({ pipeline }),
  resource: ({ pipeline }, arns) => arns.pipeline(pipeline.name),
  changes: true,
  call: (operations, by, input) => operations.updatePipeline(by, input),
})
