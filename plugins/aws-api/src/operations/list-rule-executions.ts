import { structure } from '../model/shape.js'
import { operation } from '../operation.js'
import { historyFilter } from '../schemas/execution.js'
import { pipelineName } from '../schemas/names.js'
import { page } from '../schemas/page.js'

/** A pipeline's rules as they were judged, newest first. */
export const listRuleExecutions = operation({
  name: 'ListRuleExecutions',
  input: structure({ pipelineName }, { filter: historyFilter, ...page }),
  resource: ({ pipelineName }, arns) => arns.pipeline(pipelineName),
  call: (operations, by, input) => operations.listRuleExecutions(by, input),
})
