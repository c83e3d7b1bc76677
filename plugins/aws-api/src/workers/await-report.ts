import { structure } from '../model/shape.js'
import { job } from './schemas.js'
import { workerOperation } from './worker-operation.js'

/** What the job's own function reported through CodePipeline's API, once it did. */
export const awaitReport = workerOperation({
  name: 'AwaitReport',
  input: structure(job),
  call: async (workers, caller, input, wait) => ({ report: await workers.report(caller, input, wait) }),
})
