import { structure } from '../model/shape.js'
import { operation } from '../operation.js'
import { clientToken, nonce, thirdPartyJobId } from '../schemas/job.js'

/** As AcknowledgeJob, for partners (J13). */
export const acknowledgeThirdPartyJob = operation({
  name: 'AcknowledgeThirdPartyJob',
  input: structure({ jobId: thirdPartyJobId, nonce, clientToken }),
  resource: () => '*',
  changes: true,
  call: (operations, by, input) => operations.acknowledgeThirdPartyJob(by, input),
})
