import { structure } from '../model/shape.js'
import { job, logOffset } from './schemas.js'
import { workerOperation } from './worker-operation.js'

/** A job's log is whole; a smaller `size` in the answer means that some of it is missing, and the log stays open. */
export const finishLog = workerOperation({
  name: 'FinishLog',
  input: structure({ ...job, size: logOffset }),
  call: async (workers, caller, input) => ({ size: await workers.finishLog(caller, input, Number(input.size)) }),
})
