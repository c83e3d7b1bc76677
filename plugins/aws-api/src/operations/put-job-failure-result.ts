import { structure } from '../model/shape.js'
import { operation } from '../operation.js'
import { failureDetails } from '../schemas/job.js'
import { jobId } from '../schemas/names.js'

/** A worker says that its job failed (J9, J12). */
export const putJobFailureResult = operation({
  name: 'PutJobFailureResult',
  input: structure({ jobId, failureDetails }),
  resource: () => '*',
  changes: true,
  silent: true,
  jobOf: ({ jobId }) => jobId,
  call: (operations, by, input) => operations.putJobFailureResult(by, input),
})
