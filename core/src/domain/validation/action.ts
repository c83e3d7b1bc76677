import { type ActionType, type ActionTypeId, actionCategories } from '../action-type.js'
import { insteadOfAction } from '../aws-types.js'
import type { ActionDeclaration } from '../pipeline.js'
import { references } from '../variables.js'
import { checkName, checkWithin, limits } from './limits.js'
import type { Problems } from './problem.js'
import type { RuleLookup } from './rule.js'

/** What validation asks of the known action types and rules. */
export interface ActionTypeLookup extends RuleLookup {
  readonly region: string
  describe(id: ActionTypeId): ActionType | undefined
  /** Closest names for an action type that nobody provides, to be offered; may be empty. */
  similar?(id: ActionTypeId): readonly string[]
  /** What the provider says of the configuration; each names a property. */
  judge(id: ActionTypeId, configuration: Readonly<Record<string, string>>): readonly string[]
  /** What to put in the place of a type that nothing here runs: its configuration is nobody's to judge. */
  instead?(id: ActionTypeId): string | undefined
}

export function checkAction(all: Problems, action: ActionDeclaration, types: ActionTypeLookup): void {
  checkName(all.at('name'), 'name', action.name)
  if (action.runOrder !== undefined) checkWithin(all.at('runOrder'), 'runOrder', action.runOrder, limits.runOrder) // 1 to 999 (S6)
  if (action.namespace !== undefined) checkName(all.at('namespace'), 'namespace', action.namespace)
  checkTimeout(all, action)
  checkConfigurationLimits(all, action)
  checkCommands(all, action)
  const problems = all.as('InvalidActionDeclarationException')
  const type = types.describe(action.actionTypeId)
  if (type && types.instead?.(action.actionTypeId) !== undefined) return
  if (type) checkAgainstType(problems, action, type, types)
  else problems.at('actionTypeId').add(unavailable(action, types))
}

function unavailable({ name, actionTypeId: id }: ActionDeclaration, types: ActionTypeLookup): string {
  if (!actionCategories.includes(id.category))
    return `The category '${id.category}' of action '${name}' must be one of ${actionCategories.join(', ')}`
  const similar = types.similar?.(id) ?? []
  const region = types.region.toUpperCase().replaceAll('-', '_')
  const instead = insteadOfAction(id)
  const remedy = [
    ...(similar.length > 0 ? [`did you mean ${similar.join(' or ')}?`] : []),
    ...(instead === undefined ? [] : [`no plugin here provides it: ${instead}`]),
  ]
  return [
    `ActionType (Category: '${id.category}', Provider: '${id.provider}', Owner: '${id.owner}', Version: '${id.version}') in action '${name}' is not available in region ${region}`,
    ...remedy,
  ].join('; ')
}

/** AWS's own actions run no commands but those of the category Compute; a plugin's may. */
function checkCommands(all: Problems, action: ActionDeclaration): void {
  const { actionTypeId: id, name } = action
  if (id.owner !== 'AWS') return
  const problems = all.as('InvalidActionDeclarationException')
  if (id.category === 'Compute') {
    if (id.provider === 'Commands' && !action.commands?.length)
      problems.at('commands').add(`Action '${name}' has no commands to run`)
    return
  }
  for (const member of ['commands', 'outputVariables'] as const) {
    if (!action[member]?.length) continue
    problems
      .at(member)
      .add(`'${member}' of action '${name}' is for actions of the category Compute: ${id.provider} does not look at it`)
  }
}

/** Only approvals have a time limit of their own (S18). */
function checkTimeout(all: Problems, { timeoutInMinutes, actionTypeId }: ActionDeclaration): void {
  if (timeoutInMinutes === undefined) return
  checkWithin(all.at('timeoutInMinutes'), 'timeoutInMinutes', timeoutInMinutes, limits.approvalTimeout)
  if (actionTypeId.category !== 'Approval') {
    all
      .at('timeoutInMinutes')
      .as('InvalidActionDeclarationException')
      .add('timeoutInMinutes can only be set for manual approval actions')
  }
}

/** How long a configuration's names and values can be (S9). */
function checkConfigurationLimits(all: Problems, { configuration = {} }: ActionDeclaration): void {
  for (const [key, value] of Object.entries(configuration)) {
    const at = all.at('configuration', key)
    if (key.length < 1 || key.length > limits.configurationKey)
      at.add(`a configuration key must have 1 to ${limits.configurationKey} characters`)
    if (value.length < 1 || value.length > limits.configurationValue) {
      at.add(`must have 1 to ${limits.configurationValue} characters, and has ${value.length}`)
    }
  }
}

function checkAgainstType(
  problems: Problems,
  action: ActionDeclaration,
  type: ActionType,
  types: ActionTypeLookup,
): void {
  const { configuration = {}, name } = action
  const properties = type.actionConfigurationProperties ?? []
  for (const property of properties) {
    if (property.required && configuration[property.name] === undefined) {
      problems
        .at('configuration', property.name)
        .add(`Action configuration for action '${name}' is missing required configuration '${property.name}'`)
    }
  }
  for (const key of Object.keys(configuration)) {
    if (properties.some((property) => property.name === key)) continue
    const known = properties.map((property) => property.name).join(', ') || 'none'
    problems
      .at('configuration', key)
      .add(`Action configuration for action '${name}' contains unknown configuration '${key}' (known: ${known})`)
  }
  checkCount(problems, name, 'input', action.inputArtifacts?.length ?? 0, type.inputArtifactDetails)
  checkCount(problems, name, 'output', action.outputArtifacts?.length ?? 0, type.outputArtifactDetails)
  for (const message of types.judge(action.actionTypeId, withoutReferences(configuration))) {
    problems.at('configuration').add(`Action configuration for action '${name}': ${message}`)
  }
}

/** As many artifacts as the action type takes or gives (S10). */
function checkCount(
  problems: Problems,
  action: string,
  what: 'input' | 'output',
  count: number,
  { minimumCount: min, maximumCount: max }: ActionType['inputArtifactDetails'],
): void {
  if (count >= min && count <= max) return
  const wanted = min === max ? `${min}` : `${min} to ${max}`
  problems
    .at(`${what}Artifacts`)
    .add(`Action '${action}' has ${count} ${what} artifacts, and its action type takes ${wanted}`)
}

/** What holds a `#{...}` is only known once it runs. */
function withoutReferences(configuration: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(configuration).filter(([, value]) => references(value).length === 0))
}
