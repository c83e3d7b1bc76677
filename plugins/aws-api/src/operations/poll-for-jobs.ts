import { structure } from '../model/shape.js'
import { operation } from '../operation.js'
import { actionTypeId } from '../schemas/action-type.js'
import { maxBatchSize, queryParam } from '../schemas/job.js'

/** Hands out waiting jobs of a custom action type (J5). */
export const pollForJobs = operation({
  name: 'PollForJobs',
  input: structure({ actionTypeId }, { maxBatchSize, queryParam }),
  resource: ({ actionTypeId }, arns) => arns.actionType(actionTypeId),
  call: (operations, by, input, context) =>
    context.whenJobs(
      () => operations.pollForJobs(by, input),
      ({ jobs }) => jobs.length > 0,
    ),
})
