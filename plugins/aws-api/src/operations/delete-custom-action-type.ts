import { structure } from '../model/shape.js'
import { operation } from '../operation.js'
import { category, provider, version } from '../schemas/action-type.js'

/** Marks a custom action type as deleted (J11). */
export const deleteCustomActionType = operation({
  name: 'DeleteCustomActionType',
  input: structure({ category, provider, version }),
  resource: ({ category, provider, version }, arns) =>
    arns.actionType({ owner: 'Custom', category, provider, version }),
  changes: true,
  silent: true,
  call: (operations, by, input) => operations.deleteCustomActionType(by, input),
})
