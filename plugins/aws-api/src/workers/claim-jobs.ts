import { structure } from '../model/shape.js'
import { jobIds, limit, typeKeys, workerName } from './schemas.js'
import { workerOperation } from './worker-operation.js'

/** Hands out jobs, acknowledged; waits for one as long as `x-penstock-wait-seconds` says. */
export const claimJobs = workerOperation({
  name: 'ClaimJobs',
  input: structure({ workerName, typeKeys, limit, held: jobIds }),
  typeKeys: (input) => input.typeKeys,
  call: async (workers, caller, input, wait) => ({ jobs: await workers.claim(caller, input, wait) }),
})
