import { structure } from '../model/shape.js'
import { operation } from '../operation.js'
import { clientToken, failureDetails, thirdPartyJobId } from '../schemas/job.js'

/** As PutJobFailureResult, for partners (J13). */
export const putThirdPartyJobFailureResult = operation({
  name: 'PutThirdPartyJobFailureResult',
  input: structure({ jobId: thirdPartyJobId, clientToken, failureDetails }),
  resource: () => '*',
  changes: true,
  silent: true,
  call: (operations, by, input) => operations.putThirdPartyJobFailureResult(by, input),
})
