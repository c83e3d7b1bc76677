import { structure } from '../model/shape.js'
import { operation } from '../operation.js'
import { category, executorOwner, provider, version } from '../schemas/action-type.js'

/** The declaration of an action type with an executor. */
export const getActionType = operation({
  name: 'GetActionType',
  input: structure({ category, owner: executorOwner, provider, version }),
  resource: (id, arns) => arns.actionType(id),
  call: (operations, by, input) => operations.getActionType(by, input),
})
