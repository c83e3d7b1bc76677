import { structure } from '../model/shape.js'
import { operation } from '../operation.js'
import { clientToken, success, thirdPartyJobId } from '../schemas/job.js'

/** As PutJobSuccessResult, for partners (J13). */
export const putThirdPartyJobSuccessResult = operation({
  name: 'PutThirdPartyJobSuccessResult',
  input: structure({ jobId: thirdPartyJobId, clientToken }, { ...success }),
  resource: () => '*',
  changes: true,
  silent: true,
  call: (operations, by, input) => operations.putThirdPartyJobSuccessResult(by, input),
})
