import { structure } from '../model/shape.js'
import { job, success, successOf } from './schemas.js'
import { workerOperation } from './worker-operation.js'

/** A job succeeded. Once more is the same as once. */
export const succeedJob = workerOperation({
  name: 'SucceedJob',
  input: structure({ ...job, success }),
  changes: true,
  call: (workers, caller, input) => workers.succeed(caller, input, successOf(input.success)),
})
