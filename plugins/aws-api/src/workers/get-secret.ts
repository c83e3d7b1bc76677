import { structure } from '../model/shape.js'
import { job, secretName } from './schemas.js'
import { workerOperation } from './worker-operation.js'

/** A secret that the job's own declaration names; no `value` for any other. */
export const getSecret = workerOperation({
  name: 'GetSecret',
  input: structure({ ...job, name: secretName }),
  changes: true,
  call: async (workers, caller, input) => ({ value: await workers.secret(caller, input, input.name) }),
})
