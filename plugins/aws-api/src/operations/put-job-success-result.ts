import { structure } from '../model/shape.js'
import { operation } from '../operation.js'
import { outputVariables, success } from '../schemas/job.js'
import { jobId } from '../schemas/names.js'

/** A worker says that its job succeeded, or goes on (J7, J8). */
export const putJobSuccessResult = operation({
  name: 'PutJobSuccessResult',
  input: structure({ jobId }, { ...success, outputVariables }),
  resource: () => '*',
  changes: true,
  silent: true,
  jobOf: ({ jobId }) => jobId,
  call: (operations, by, input) => operations.putJobSuccessResult(by, input),
})
