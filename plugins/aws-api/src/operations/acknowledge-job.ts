import { structure } from '../model/shape.js'
import { operation } from '../operation.js'
import { nonce } from '../schemas/job.js'
import { jobId } from '../schemas/names.js'

/** A worker takes a job that PollForJobs handed it (J6). */
export const acknowledgeJob = operation({
  name: 'AcknowledgeJob',
  input: structure({ jobId, nonce }),
  resource: () => '*',
  changes: true,
  jobOf: ({ jobId }) => jobId,
  call: (operations, by, input) => operations.acknowledgeJob(by, input),
})
