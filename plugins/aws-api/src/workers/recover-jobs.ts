import { structure } from '../model/shape.js'
import { workerName } from './schemas.js'
import { workerOperation } from './worker-operation.js'

/** What a worker of this name had in progress when it ended. */
export const recoverJobs = workerOperation({
  name: 'RecoverJobs',
  input: structure({ workerName }),
  call: async (workers, caller) => ({ jobs: await workers.recover(caller) }),
})
