import { structure } from '../model/shape.js'
import { operation } from '../operation.js'
import { owner } from '../schemas/action-type.js'
import { region } from '../schemas/names.js'
import { nextToken } from '../schemas/page.js'

/** All action types, or those of one owner. */
export const listActionTypes = operation({
  name: 'ListActionTypes',
  input: structure({}, { actionOwnerFilter: owner, regionFilter: region, nextToken }),
  resource: () => '*',
  call: (operations, by, input) => operations.listActionTypes(by, input),
})
