import type { ConditionKind } from '../condition.js'
import type { ConditionDeclaration, RuleDeclaration, StageDeclaration } from '../pipeline.js'
import { limits, repeated } from './limits.js'
import type { Problems } from './problem.js'
import { checkRule, type RuleLookup } from './rule.js'

/** S16: what a condition may lead to, by where it stands. */
const results: Readonly<Record<ConditionKind, readonly string[]>> = {
  beforeEntry: ['FAIL', 'SKIP'],
  onSuccess: ['ROLLBACK', 'FAIL'],
  onFailure: ['ROLLBACK'],
}
const failureResults = ['ROLLBACK', 'RETRY', 'FAIL']
const skippingRules = ['LambdaInvoke', 'VariableCheck']

/**
 * The source stage is entered by a start alone, and nothing can be rolled back to before it (R7): what it may have is a
 * retry, and conditions that fail.
 */
export function checkSourceConditions(all: Problems, stage: StageDeclaration): void {
  const problems = all.as('InvalidStageDeclarationException')
  if (stage.beforeEntry)
    problems
      .at('beforeEntry')
      .add(`'beforeEntry' of stage '${stage.name}': a source stage cannot have entry conditions`)
  for (const kind of ['onSuccess', 'onFailure'] as const) {
    const own = kind === 'onFailure' ? stage.onFailure?.result : undefined
    const results = [own, ...(stage[kind]?.conditions ?? []).map((condition) => condition.result)]
    if (results.includes('ROLLBACK'))
      problems.at(kind).add(`'${kind}' of stage '${stage.name}': a source stage cannot be rolled back`)
  }
}

/** One condition of one to five rules each, with a result that is allowed there (S16, S17). */
export function checkConditions(all: Problems, stage: StageDeclaration, types: RuleLookup): void {
  const problems = all.as('InvalidStageDeclarationException')
  for (const kind of ['beforeEntry', 'onSuccess', 'onFailure'] as const) {
    const conditions = stage[kind]?.conditions
    if (conditions) checkList(problems.at(kind, 'conditions'), kind, conditions, types)
  }
  checkFailure(problems.at('onFailure'), stage.onFailure)
}

function checkFailure(problems: Problems, failure: StageDeclaration['onFailure']): void {
  if (!failure) return
  if (failure.result !== undefined && !failureResults.includes(failure.result)) {
    problems.at('result').add(`'${failure.result}' must be one of ${failureResults.join(', ')}`)
  }
  if (failure.result === 'RETRY' && failure.conditions?.length) {
    problems.add('Automatic retry cannot be combined with onFailure conditions')
  }
  const mode = failure.retryConfiguration?.retryMode
  if (mode !== undefined && mode !== 'FAILED_ACTIONS' && mode !== 'ALL_ACTIONS') {
    problems.at('retryConfiguration', 'retryMode').add(`'${mode}' must be FAILED_ACTIONS or ALL_ACTIONS`)
  }
}

function checkList(
  problems: Problems,
  kind: ConditionKind,
  conditions: readonly ConditionDeclaration[],
  types: RuleLookup,
): void {
  if (conditions.length !== 1) problems.add(`${kind} must have exactly 1 condition, and has ${conditions.length}`)
  conditions.forEach((condition, index) => {
    checkCondition(problems.at(index), kind, condition, types)
  })
}

function checkCondition(
  problems: Problems,
  kind: ConditionKind,
  { result, rules = [] }: ConditionDeclaration,
  types: RuleLookup,
): void {
  if (result !== undefined && !results[kind].includes(result)) {
    problems
      .at('result')
      .add(`The result '${result}' of a ${kind} condition must be one of ${results[kind].join(', ')}`)
  }
  if (rules.length < limits.rules.min || rules.length > limits.rules.max) {
    problems
      .at('rules')
      .add(`a condition must have ${limits.rules.min} to ${limits.rules.max} rules, and has ${rules.length}`)
  }
  for (const name of repeated(rules.map((rule) => rule.name)))
    problems.at('rules').add(`The rule name '${name}' is used more than once`)
  rules.forEach((rule, index) => {
    checkRule(problems.at('rules', index), rule, types)
    checkSkipping(problems.at('rules', index), rule, result)
  })
}

/** The only rules that may skip a stage (S17). */
function checkSkipping(problems: Problems, rule: RuleDeclaration, result: string | undefined): void {
  if (result !== 'SKIP' || skippingRules.includes(rule.ruleTypeId.provider)) return
  problems
    .at('ruleTypeId', 'provider')
    .add(
      `The result SKIP can only be used with the rules ${skippingRules.join(' and ')}, not ${rule.ruleTypeId.provider}`,
    )
}
