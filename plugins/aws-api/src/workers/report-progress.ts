import { structure } from '../model/shape.js'
import { detailsOf, executionDetails, job } from './schemas.js'
import { workerOperation } from './worker-operation.js'

/** How far a job is (J8). */
export const reportProgress = workerOperation({
  name: 'ReportProgress',
  input: structure({ ...job, executionDetails }),
  call: (workers, caller, input) => workers.progress(caller, input, detailsOf(input.executionDetails)),
})
