import type { ActionType, ActionTypeInfo, PrincipalOperations, PropertyDeclaration, RuleTypeInfo } from '@penstock/core'
import { typeText } from './draft/draft.js'

/** What actions and rules can be of. */
export interface KnownTypes {
  readonly types: readonly ActionTypeInfo[]
  readonly rules: readonly RuleTypeInfo[]
}

/** The plugins' action types, then the custom ones, whose workers are somebody else's; and the types of rules. */
export async function knownTypes(operations: PrincipalOperations): Promise<KnownTypes> {
  const provided = await operations.listProvidedTypes({})
  const types = [...provided.actionTypes]
  const known = new Set(types.map(({ id }) => typeText(id)))
  let nextToken: string | undefined
  do {
    const page = await operations.listActionTypes({ nextToken })
    types.push(...page.actionTypes.filter(({ id }) => !known.has(typeText(id))).map(customType))
    nextToken = page.nextToken
  } while (nextToken !== undefined)
  return { types, rules: provided.ruleTypes }
}

/** J2: what a custom action type declares, as plugins declare theirs. */
function customType({ id, actionConfigurationProperties, ...type }: ActionType): ActionTypeInfo {
  const properties = (actionConfigurationProperties ?? []).map((property) => {
    const { name, required, key, secret, description = '' } = property
    const kind = property.type?.toLowerCase() as PropertyDeclaration['type']
    const declared: PropertyDeclaration = { description, required, key, secret, ...(kind && { type: kind }) }
    return [name, declared] as const
  })
  return {
    id,
    properties: Object.fromEntries(properties),
    inputArtifacts: type.inputArtifactDetails,
    outputArtifacts: type.outputArtifactDetails,
  }
}
