import { structure } from '../model/shape.js'
import { operation } from '../operation.js'
import { ruleOwner } from '../schemas/condition.js'
import { region } from '../schemas/names.js'

/** The rules that conditions may use (C5). */
export const listRuleTypes = operation({
  name: 'ListRuleTypes',
  input: structure({}, { ruleOwnerFilter: ruleOwner, regionFilter: region }),
  resource: () => '*',
  call: (operations, by, input) => operations.listRuleTypes(by, input),
})
