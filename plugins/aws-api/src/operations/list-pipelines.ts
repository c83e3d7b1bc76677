import { structure } from '../model/shape.js'
import { operation } from '../operation.js'
import { maxPipelines, nextToken } from '../schemas/page.js'

/** The pipelines, by name. */
export const listPipelines = operation({
  name: 'ListPipelines',
  input: structure({}, { nextToken, maxResults: maxPipelines }),
  resource: (_, arns) => arns.everything(),
  call: (operations, by, input) => operations.listPipelines(by, input),
})
