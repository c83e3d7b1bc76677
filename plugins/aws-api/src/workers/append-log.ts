import { structure } from '../model/shape.js'
import { job, logBytes, logOffset } from './schemas.js'
import { workerOperation } from './worker-operation.js'

/** More of a job's log, from a byte offset on; `size` says where to go on. */
export const appendLog = workerOperation({
  name: 'AppendLog',
  input: structure({ ...job, offset: logOffset, bytes: logBytes }),
  call: async (workers, caller, input) => ({
    size: await workers.appendLog(caller, input, Number(input.offset), Buffer.from(input.bytes, 'base64')),
  }),
})
