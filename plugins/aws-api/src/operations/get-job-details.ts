import { structure } from '../model/shape.js'
import { operation } from '../operation.js'
import { jobId } from '../schemas/names.js'

/** A job once more, with fresh credentials for its artifacts. */
export const getJobDetails = operation({
  name: 'GetJobDetails',
  input: structure({ jobId }),
  resource: () => '*',
  jobOf: ({ jobId }) => jobId,
  call: (operations, by, input) => operations.getJobDetails(by, input),
})
