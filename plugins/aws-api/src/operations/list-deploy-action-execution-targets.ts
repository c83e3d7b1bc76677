import { structure, text } from '../model/shape.js'
import { operation } from '../operation.js'
import { targetFilters } from '../schemas/execution.js'
import { pipelineName } from '../schemas/names.js'
import { page } from '../schemas/page.js'

/** The hosts of one deployment and how each fares. */
export const listDeployActionExecutionTargets = operation({
  name: 'ListDeployActionExecutionTargets',
  input: structure({ actionExecutionId: text() }, { pipelineName, filters: targetFilters, ...page }),
  resource: ({ pipelineName }, arns) => (pipelineName === undefined ? arns.everything() : arns.pipeline(pipelineName)),
  call: (operations, by, { filters, ...rest }) =>
    operations.listDeployActionExecutionTargets(by, {
      ...rest,
      // To the model a filter without a name or without values is legal: it filters nothing.
      filters: filters?.flatMap(({ name, values }) => (name && values ? [{ name, values }] : [])),
    }),
})
