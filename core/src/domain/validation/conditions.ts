import type { ConditionKind } from '../condition.js'
import type { ConditionDeclaration, RuleDeclaration, StageDeclaration } from '../pipeline.js'
import { checkName, limits, repeated } from './limits.js'
import type { Problems } from './problem.js'

/** S16: what a condition may lead to, by where it stands. */
const results: Readonly<Record<ConditionKind, readonly string[]>> = {
  beforeEntry: ['FAIL', 'SKIP'],
  onSuccess: ['ROLLBACK', 'FAIL'],
  onFailure: ['ROLLBACK'],
}
const failureResults = ['ROLLBACK', 'RETRY', 'FAIL']
/** The only rules that may skip a stage (S17). */
const skippingRules = ['LambdaInvoke', 'VariableCheck']

/** One condition of one to five rules each, with a result that is allowed there (S16, S17). */
export function checkConditions(all: Problems, stage: StageDeclaration): void {
  const problems = all.as('InvalidStageDeclarationException')
  for (const kind of ['beforeEntry', 'onSuccess', 'onFailure'] as const) {
    const conditions = stage[kind]?.conditions
    if (conditions) checkList(problems.at(kind, 'conditions'), kind, conditions)
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

function checkList(problems: Problems, kind: ConditionKind, conditions: readonly ConditionDeclaration[]): void {
  if (conditions.length !== 1) problems.add(`${kind} must have exactly 1 condition, and has ${conditions.length}`)
  conditions.forEach((condition, index) => {
    checkCondition(problems.at(index), kind, condition)
  })
}

function checkCondition(problems: Problems, kind: ConditionKind, { result, rules = [] }: ConditionDeclaration): void {
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
    checkRule(problems.at('rules', index), rule, result)
  })
}

function checkRule(problems: Problems, rule: RuleDeclaration, result: string | undefined): void {
  checkName(problems.at('name'), 'name', rule.name)
  if (rule.ruleTypeId.category !== 'Rule')
    problems.at('ruleTypeId', 'category').add(`'${rule.ruleTypeId.category}' must be Rule`)
  if (result === 'SKIP' && !skippingRules.includes(rule.ruleTypeId.provider)) {
    problems
      .at('ruleTypeId', 'provider')
      .add(
        `The result SKIP can only be used with the rules ${skippingRules.join(' and ')}, not ${rule.ruleTypeId.provider}`,
      )
  }
  const entries = Object.entries(rule.configuration ?? {})
  if (entries.length > limits.ruleConfigurationKeys)
    problems
      .at('configuration')
      .add(`has ${entries.length} keys, and at most ${limits.ruleConfigurationKeys} are allowed`)
  for (const [key, value] of entries) {
    if (value.length < 1 || value.length > limits.ruleConfigurationValue) {
      problems.at('configuration', key).add(`must have 1 to ${limits.ruleConfigurationValue} characters`)
    }
  }
}
