import { structure } from '../model/shape.js'
import { heldJobs, workerName } from './schemas.js'
import { workerOperation } from './worker-operation.js'

/** Extends the leases; waits, when asked to, until one of the jobs is to end. */
export const heartbeat = workerOperation({
  name: 'Heartbeat',
  input: structure({ workerName, held: heldJobs }),
  call: async (workers, caller, { held }, wait) => ({ states: await workers.heartbeat(caller, held, wait) }),
})
