import { structure } from '../model/shape.js'
import { operation } from '../operation.js'
import { clientToken, thirdPartyJobId } from '../schemas/job.js'

/** As GetJobDetails, for partners (J13). */
export const getThirdPartyJobDetails = operation({
  name: 'GetThirdPartyJobDetails',
  input: structure({ jobId: thirdPartyJobId, clientToken }),
  resource: () => '*',
  call: (operations, by, input) => operations.getThirdPartyJobDetails(by, input),
})
