import { structure } from '../model/shape.js'
import { operation } from '../operation.js'
import { pipeline } from '../schemas/pipeline.js'
import { tags } from '../schemas/tag.js'

/** Makes a pipeline and starts it (X1). */
export const createPipeline = operation({
  name: 'CreatePipeline',
  input: structure({ pipeline }, { tags }),
  resource: ({ pipeline }, arns) => arns.pipeline(pipeline.name),
  changes: true,
  call: (operations, by, input) => operations.createPipeline(by, input),
})
