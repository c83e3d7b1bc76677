import { structure } from '../model/shape.js'
import { operation } from '../operation.js'
import { historyFilter } from '../schemas/execution.js'
import { pipelineName } from '../schemas/names.js'
import { page } from '../schemas/page.js'

/** A pipeline's actions as they ran, newest first (X11). */
export const listActionExecutions = operation({
  name: 'ListActionExecutions',
  input: structure({ pipelineName }, { filter: historyFilter, ...page }),
  resource: ({ pipelineName }, arns) => arns.pipeline(pipelineName),
  call: (operations, by, input) => operations.listActionExecutions(by, input),
})
