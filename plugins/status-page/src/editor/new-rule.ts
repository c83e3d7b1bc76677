import type { RuleDeclaration, RuleTypeInfo } from '@penstock/core'
import { defaultsOf } from './retype.js'

/** A rule of the kind that most conditions use, where there is one. */
export function newRule(rules: readonly RuleTypeInfo[]): RuleDeclaration {
  const info = rules.find(({ provider }) => provider === 'VariableCheck') ?? rules[0]
  const provider = info?.provider ?? 'VariableCheck'
  return {
    name: '',
    ruleTypeId: { category: 'Rule', owner: 'AWS', provider, version: info?.version ?? '1' },
    configuration: defaultsOf(info?.properties ?? {}),
  }
}
