import { structure } from '../model/shape.js'
import { continuationToken, job } from './schemas.js'
import { workerOperation } from './worker-operation.js'

/** Keeps a job's place for whoever goes on with it; without a token, forgets it. */
export const checkpoint = workerOperation({
  name: 'Checkpoint',
  input: structure(job, { continuationToken }),
  call: (workers, caller, input) => workers.checkpoint(caller, input, input.continuationToken),
})
