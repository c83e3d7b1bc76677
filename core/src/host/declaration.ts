/** From what a provider declares to what the engine, the API and the page know as an action type. */

import { type ActionTypeId, type ArtifactDetails, actionCategories, actionTypeKey } from '../domain/action-type.js'
import { defined } from '../domain/defined.js'
import type {
  ActionTypeDeclaration,
  ArtifactCount,
  PropertyDeclaration,
  PropertyDeclarations,
} from './action-type-declaration.js'
import { editDistance, suggestion } from './nearest.js'
import type { RuleProvider } from './rule-provider.js'
import type { ActionTypeInfo, RuleTypeInfo } from './services.js'

/** The id of a declared action type: owner `Custom` and version `1` unless said. */
export function declaredId(declaration: ActionTypeDeclaration): ActionTypeId {
  const { category, provider } = declaration
  return { category, owner: declaration.owner ?? 'Custom', provider, version: declaration.version ?? '1' }
}

/** `2` is exactly two; absent is none. */
export function artifactDetails(count: ArtifactCount | undefined): ArtifactDetails {
  const [minimumCount, maximumCount] = typeof count === 'object' ? count : [count ?? 0, count ?? 0]
  return { minimumCount, maximumCount }
}

/** What the page draws a form from. */
export function actionTypeInfo(plugin: string, declaration: ActionTypeDeclaration): ActionTypeInfo {
  return {
    id: declaredId(declaration),
    ...defined({ description: declaration.description }),
    properties: declaration.configuration,
    inputArtifacts: artifactDetails(declaration.inputArtifacts),
    outputArtifacts: artifactDetails(declaration.outputArtifacts),
    plugin,
  }
}

/** The same of a rule. */
export function ruleTypeInfo(plugin: string, rule: RuleProvider): RuleTypeInfo {
  return {
    provider: rule.provider,
    version: rule.version ?? '1',
    ...defined({ description: rule.description }),
    properties: rule.configuration,
    inputArtifacts: artifactDetails(rule.inputArtifacts),
    plugin,
  }
}

/** Everything that is wrong with a declared action type, each naming the field, its value and what would be right (J1, J2). */
export function declarationProblems(declaration: ActionTypeDeclaration): string[] {
  const id = declaredId(declaration)
  const about = `action type ${actionTypeKey(id)}`
  const problems: string[] = []
  if (!(actionCategories as readonly string[]).includes(id.category)) {
    problems.push(`${about}: category is '${id.category}'${suggestion(String(id.category), actionCategories)}`)
  }
  if (!['AWS', 'ThirdParty', 'Custom'].includes(id.owner))
    problems.push(`${about}: owner is '${id.owner}', but must be AWS, ThirdParty or Custom`)
  if (!/^[0-9A-Za-z_-]{1,35}$/.test(id.provider))
    problems.push(`${about}: provider must be 1 to 35 letters, digits, '_' or '-'`)
  if (!/^[0-9A-Za-z_-]{1,9}$/.test(id.version))
    problems.push(`${about}: version must be 1 to 9 letters, digits, '_' or '-'`)
  problems.push(
    ...countProblems(about, 'inputArtifacts', declaration.inputArtifacts, declaration.owner === 'AWS' ? 10 : 5),
  )
  problems.push(...countProblems(about, 'outputArtifacts', declaration.outputArtifacts))
  problems.push(...misspelled(about, declaration), ...propertyProblems(about, declaration.configuration))
  if (typeof (declaration as { run?: unknown }).run !== 'function' && id.category !== 'Approval')
    problems.push(`${about}: run is missing`)
  return problems
}

/** As declarationProblems, for a rule of conditions. */
export function ruleProblems(rule: RuleProvider): string[] {
  const about = `rule ${rule.provider}/${rule.version ?? '1'}`
  const problems = propertyProblems(about, rule.configuration)
  if (!/^[0-9A-Za-z_-]{1,35}$/.test(rule.provider))
    problems.push(`${about}: provider must be 1 to 35 letters, digits, '_' or '-'`)
  if (typeof rule.run !== 'function') problems.push(`${about}: run is missing`)
  return problems
}

/** S10, J2: five; some of AWS's own types (CloudFormation, Commands) take ten inputs. */
function countProblems(about: string, field: string, count: ArtifactCount | undefined, limit = 5): string[] {
  const { minimumCount: least, maximumCount: most } = artifactDetails(count)
  const fits = Number.isInteger(least) && Number.isInteger(most) && least >= 0 && most <= limit && least <= most
  return fits ? [] : [`${about}: ${field} is ${JSON.stringify(count)}, but must be 0 to ${limit}, or [least, most]`]
}

/** Everything that a property may say (PropertyDeclaration). */
const propertyKeys: readonly string[] = Object.keys({
  type: true,
  description: true,
  required: true,
  key: true,
  secret: true,
  queryable: true,
  default: true,
  enum: true,
  pattern: true,
  example: true,
  format: true,
} satisfies Record<keyof PropertyDeclaration, true>)

/** What a declaration may say; a provider may have members of its own beside them, but none that is nearly one of these. */
const declarationKeys: readonly string[] = [
  ...Object.keys({
    category: true,
    owner: true,
    provider: true,
    version: true,
    description: true,
    inputArtifacts: true,
    outputArtifacts: true,
    configuration: true,
    validate: true,
    settings: true,
    timeoutInMinutes: true,
    idempotent: true,
    polled: true,
    instead: true,
  } satisfies Record<keyof ActionTypeDeclaration, true>),
  ...['run', 'latestRevision', 'newestOf', 'pollKey', 'polls', 'schedule', 'changesSince'],
]

/** `inputArtifact: 1` would be no artifacts at all, without a word. */
function misspelled(about: string, declaration: object): string[] {
  return Object.keys(declaration).flatMap((key) => {
    if (declarationKeys.includes(key)) return []
    const meant = declarationKeys.find((known) => editDistance(key.toLowerCase(), known.toLowerCase()) <= 1)
    return meant === undefined ? [] : [`${about}: there is no '${key}'; did you mean '${meant}'?`]
  })
}

function propertyProblems(about: string, properties: PropertyDeclarations): string[] {
  const problems: string[] = []
  for (const [name, property] of Object.entries(properties ?? {})) {
    const wrong = (what: string) => problems.push(`${about}: configuration.${name}: ${what}`)
    if (name.length < 1 || name.length > 50) wrong('a name has 1 to 50 characters')
    for (const key of Object.keys(property)) {
      if (!propertyKeys.includes(key)) wrong(`there is no '${key}'${suggestion(key, propertyKeys)}`)
    }
    if (!property.description) wrong('description is missing')
    if (property.queryable && (!property.required || property.secret))
      wrong('queryable wants required, and not secret (J2)')
    if (property.enum && property.default !== undefined && !property.enum.includes(String(property.default))) {
      wrong(`default '${property.default}' is not one of ${property.enum.join(', ')}`)
    }
    if (property.pattern !== undefined && !compiles(property.pattern))
      wrong(`pattern '${property.pattern}' is not a regular expression`)
  }
  const queryable = Object.keys(properties ?? {}).filter((name) => properties[name]?.queryable)
  if (queryable.length > 1)
    problems.push(
      `${about}: configuration has ${queryable.length} queryable properties (${queryable.join(', ')}), but at most one is allowed (J2)`,
    )
  return problems
}

function compiles(pattern: string): boolean {
  try {
    new RegExp(pattern)
    return true
  } catch {
    return false
  }
}
