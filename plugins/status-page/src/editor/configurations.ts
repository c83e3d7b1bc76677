import type { ActionTypeId, PropertyDeclarations, RuleTypeId } from '@penstock/core'
import { type Draft, typeText } from './draft/draft.js'
import type { KnownTypes } from './known-types.js'

export type Configuration = Readonly<Record<string, string>>

/** Whose configuration it is. */
export interface ConfigurationPlace {
  readonly type: ActionTypeId | RuleTypeId
  /** By place: `stages[1].actions[0]`. */
  readonly at: string
  /** By names, which stay when things move: what the server finds an old secret by. */
  readonly names: string
}

type Change = (configuration: Configuration, place: ConfigurationPlace) => Configuration

const gates = ['beforeEntry', 'onSuccess', 'onFailure'] as const

/** The draft with each action's and each rule's configuration replaced by what `change` makes of it. */
export function mapConfigurations(draft: Draft, change: Change): Draft {
  return { ...draft, stages: draft.stages.map((stage, index) => mapStage(stage, `stages[${index}]`, change)) }
}

function mapStage(stage: Draft['stages'][number], at: string, change: Change): Draft['stages'][number] {
  const conditions = gates.flatMap((gate) => {
    const list = stage[gate]?.conditions
    if (!list) return []
    const mapped = list.map((condition, index) => ({
      ...condition,
      rules: condition.rules?.map((rule, place) => {
        const path = `${at}.${gate}.conditions[${index}].rules[${place}]`
        const names = `${stage.name}/${gate}/${rule.name}`
        return configured(rule, { type: rule.ruleTypeId, at: path, names }, change)
      }),
    }))
    return [[gate, { ...stage[gate], conditions: mapped }] as const]
  })
  return {
    ...stage,
    ...Object.fromEntries(conditions),
    actions: stage.actions.map((action, place) => {
      const names = `${stage.name}/actions/${action.name}`
      return configured(action, { type: action.actionTypeId, at: `${at}.actions[${place}]`, names }, change)
    }),
  }
}

function configured<T extends { readonly configuration?: Configuration }>(
  one: T,
  place: ConfigurationPlace,
  change: Change,
): T {
  const { configuration = {} } = one
  if (!Object.values(configuration).every((value) => typeof value === 'string')) return one
  const changed = change(configuration, place)
  return one.configuration || Object.keys(changed).length > 0 ? { ...one, configuration: changed } : one
}

/** What a type declares; undefined when nobody here knows it. */
export function propertiesOf(known: KnownTypes, type: ActionTypeId | RuleTypeId): PropertyDeclarations | undefined {
  if (type.category === 'Rule') return known.rules.find(({ provider }) => provider === type.provider)?.properties
  return known.types.find(({ id }) => typeText(id) === typeText(type))?.properties
}
