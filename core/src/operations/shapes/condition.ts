import { list, map, oneOf, structure, text } from '../../shape/shape.js'
import { commands, timeoutInMinutes } from './action.js'
import { provider, version } from './action-type.js'
import { inputArtifacts } from './artifact.js'
import { region, roleArn, ruleName } from './names.js'

export const ruleOwner = oneOf('AWS')
export const retryMode = oneOf('FAILED_ACTIONS', 'ALL_ACTIONS')

const rule = structure(
  { name: ruleName, ruleTypeId: structure({ category: oneOf('Rule'), provider }, { owner: ruleOwner, version }) },
  {
    configuration: map(text({ min: 1, max: 50 }), text({ min: 1, max: 10_000 }), { min: 0, max: 200 }),
    commands,
    inputArtifacts,
    roleArn,
    region,
    timeoutInMinutes,
  },
)
const result = oneOf('ROLLBACK', 'FAIL', 'RETRY', 'SKIP')
/** Exactly one condition, of one to five rules (S16). */
const conditions = list(structure({}, { result, rules: list(rule, { min: 1, max: 5 }) }), { min: 1, max: 1 })

/** What a stage checks before it is entered, and after it succeeded. */
export const stageConditions = structure({ conditions })
export const failureConditions = structure({}, { result, retryConfiguration: structure({}, { retryMode }), conditions })
