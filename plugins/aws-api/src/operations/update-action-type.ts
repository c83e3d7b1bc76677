import { structure } from '../model/shape.js'
import { operation } from '../operation.js'
import { actionTypeDeclaration } from '../schemas/action-type.js'

/** Changes the declaration of an action type with an executor. */
export const updateActionType = operation({
  name: 'UpdateActionType',
  input: structure({ actionType: actionTypeDeclaration }),
  resource: ({ actionType }, arns) => arns.actionType(actionType.id),
  changes: true,
  silent: true,
  call: (operations, by, { actionType }) => {
    // The schema's pattern has let no other owner through.
    const owner = actionType.id.owner as 'AWS' | 'ThirdParty'
    return operations.updateActionType(by, { actionType: { ...actionType, id: { ...actionType.id, owner } } })
  },
})
