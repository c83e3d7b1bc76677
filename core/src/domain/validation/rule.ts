import type { ArtifactDetails } from '../action-type.js'
import { insteadOfRule } from '../aws-types.js'
import type { RuleDeclaration, RuleTypeId } from '../pipeline.js'
import { references } from '../variables.js'
import { checkName, checkWithin, limits } from './limits.js'
import type { Problems } from './problem.js'

/** What validation knows of a rule type. */
export interface RuleShape {
  readonly ruleConfigurationProperties: readonly { readonly name: string; readonly required: boolean }[]
  readonly inputArtifactDetails: ArtifactDetails
}

/** What validation asks of the known rules. */
export interface RuleLookup {
  describeRule(id: RuleTypeId): RuleShape | undefined
  /** The names of the rules that are provided. */
  ruleNames(): readonly string[]
  /** What is wrong with the configuration; each names a property. */
  judgeRule(id: RuleTypeId, configuration: Readonly<Record<string, string>>): readonly string[]
}

/** The rules that run `commands`. */
const commandRule = 'Commands'

/** A rule that nobody provides could only fail when it runs; so could one whose configuration is wrong. */
export function checkRule(all: Problems, rule: RuleDeclaration, rules: RuleLookup): void {
  const { ruleTypeId: id, timeoutInMinutes } = rule
  checkName(all.at('name'), 'name', rule.name)
  if (id.category !== 'Rule') all.at('ruleTypeId', 'category').add(`'${id.category}' must be Rule`)
  if (id.owner !== undefined && id.owner !== 'AWS') all.at('ruleTypeId', 'owner').add(`'${id.owner}' must be AWS`)
  if (timeoutInMinutes !== undefined)
    checkWithin(all.at('timeoutInMinutes'), 'timeoutInMinutes', timeoutInMinutes, limits.ruleTimeout)
  checkLengths(all, rule)
  const type = rules.describeRule(id)
  if (!type) all.at('ruleTypeId').add(unavailable(rule, rules))
  else checkAgainstType(all, rule, type, rules)
}

function unavailable({ name, ruleTypeId: { provider, version = '1' } }: RuleDeclaration, rules: RuleLookup): string {
  const remedy = insteadOfRule(provider) ?? `there are ${rules.ruleNames().join(', ')}`
  return `Rule type (Provider: '${provider}', Version: '${version}') in rule '${name}' is not provided by any plugin here: ${remedy}`
}

/** How much a rule's configuration can hold (S9). */
function checkLengths(problems: Problems, { configuration = {} }: RuleDeclaration): void {
  const entries = Object.entries(configuration)
  if (entries.length > limits.ruleConfigurationKeys)
    problems
      .at('configuration')
      .add(`has ${entries.length} keys, and at most ${limits.ruleConfigurationKeys} are allowed`)
  for (const [key, value] of entries) {
    if (value.length < 1 || value.length > limits.ruleConfigurationValue)
      problems.at('configuration', key).add(`must have 1 to ${limits.ruleConfigurationValue} characters`)
  }
}

function checkAgainstType(problems: Problems, rule: RuleDeclaration, type: RuleShape, rules: RuleLookup): void {
  const { name, configuration = {}, ruleTypeId: id, commands, inputArtifacts = [] } = rule
  const properties = type.ruleConfigurationProperties
  for (const property of properties) {
    if (property.required && configuration[property.name] === undefined)
      problems
        .at('configuration', property.name)
        .add(`Rule configuration for rule '${name}' is missing required configuration '${property.name}'`)
  }
  for (const key of Object.keys(configuration)) {
    if (properties.some((property) => property.name === key)) continue
    const known = properties.map((property) => property.name).join(', ') || 'none'
    problems
      .at('configuration', key)
      .add(`Rule configuration for rule '${name}' contains unknown configuration '${key}' (known: ${known})`)
  }
  if (id.provider === commandRule && !commands?.length) problems.add(`The rule '${name}' has no commands to run`)
  if (id.provider !== commandRule && commands !== undefined)
    problems.at('commands').add(`commands are for the rule ${commandRule}: the rule ${id.provider} runs none`)
  const { minimumCount: min, maximumCount: max } = type.inputArtifactDetails
  if (inputArtifacts.length < min || inputArtifacts.length > max)
    problems
      .at('inputArtifacts')
      .add(
        `Rule '${name}' has ${inputArtifacts.length} input artifacts, and its rule type takes ${min === max ? min : `${min} to ${max}`}`,
      )
  // What holds a `#{...}` is only known once it runs.
  const fixed = Object.fromEntries(Object.entries(configuration).filter(([, value]) => references(value).length === 0))
  for (const message of rules.judgeRule(id, fixed))
    problems.at('configuration').add(`Rule configuration for rule '${name}': ${message}`)
}
