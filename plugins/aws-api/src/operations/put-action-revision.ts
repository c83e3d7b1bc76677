import { structure } from '../model/shape.js'
import { operation } from '../operation.js'
import { actionRef } from '../schemas/execution.js'
import { actionRevision } from '../schemas/job.js'

/** Tells a source of a new revision (J14). */
export const putActionRevision = operation({
  name: 'PutActionRevision',
  input: structure({ ...actionRef, actionRevision }),
  resource: (input, arns) => arns.action(input),
  changes: true,
  call: (operations, by, input) => operations.putActionRevision(by, input),
})
