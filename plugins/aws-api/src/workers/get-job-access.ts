import { structure } from '../model/shape.js'
import { job } from './schemas.js'
import { workerOperation } from './worker-operation.js'

/** Credentials for the job's artifacts and results, for fifteen minutes. */
export const getJobAccess = workerOperation({
  name: 'GetJobAccess',
  input: structure(job),
  call: (workers, caller, input) => workers.access(caller, input),
})
