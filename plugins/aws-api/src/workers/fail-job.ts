import type { JobFailure } from '@penstock/core'
import { structure } from '../model/shape.js'
import { failureDetails, job } from './schemas.js'
import { workerOperation } from './worker-operation.js'

/** A job failed. Once more is the same as once. */
export const failJob = workerOperation({
  name: 'FailJob',
  input: structure({ ...job, failureDetails }),
  changes: true,
  call: (workers, caller, input) => workers.fail(caller, input, input.failureDetails as JobFailure),
})
