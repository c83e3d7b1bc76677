import { structure } from '../model/shape.js'
import { operation } from '../operation.js'
import { pipelineName } from '../schemas/names.js'
import { pipelineVersion } from '../schemas/pipeline.js'

/** A pipeline's structure, of its current version or an older one. */
export const getPipeline = operation({
  name: 'GetPipeline',
  input: structure({ name: pipelineName }, { version: pipelineVersion }),
  resource: ({ name }, arns) => arns.pipeline(name),
  call: (operations, by, input) => operations.getPipeline(by, input),
})
