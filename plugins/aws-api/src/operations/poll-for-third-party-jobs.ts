import { structure } from '../model/shape.js'
import { operation } from '../operation.js'
import { actionTypeId } from '../schemas/action-type.js'
import { maxBatchSize } from '../schemas/job.js'

/** As PollForJobs, for partners (J13). */
export const pollForThirdPartyJobs = operation({
  name: 'PollForThirdPartyJobs',
  input: structure({ actionTypeId }, { maxBatchSize }),
  resource: ({ actionTypeId }, arns) => arns.actionType(actionTypeId),
  call: (operations, by, input, context) =>
    context.whenJobs(
      () => operations.pollForThirdPartyJobs(by, input),
      ({ jobs }) => jobs.length > 0,
    ),
})
