/** Custom action types (J1, J2, J11), and the catalogue as CodePipeline shows it. */

import { isDeepStrictEqual } from 'node:util'
import type { Principal } from '../domain/access.js'
import { type ActionType, actionTypeKey } from '../domain/action-type.js'
import { defined } from '../domain/defined.js'
import { Fault } from '../domain/faults.js'
import type { Engine } from './engine.js'
import type { ActionTypeOperations } from './operations.js'
import { nextToken, positionOf } from './paging.js'
import type { StoredActionType } from './ports.js'
import { checkTags, tagList } from './tags.js'
import type * as V from './views.js'

type Input<Name extends keyof ActionTypeOperations> = Parameters<ActionTypeOperations[Name]>[1]

/** How many custom action types there may be (U limits). */
export const customActionTypeLimit = 50
const listPage = 100

/**
 * Declares a type whose jobs workers outside poll for (J1, J2, J11). Errors: ValidationException,
 * ActionTypeAlreadyExistsException, LimitExceededException, InvalidTagsException, TooManyTagsException.
 */
export async function createCustomActionType(
  engine: Engine,
  _by: Principal,
  input: Input<'createCustomActionType'>,
): Promise<{ actionType: ActionType; tags: V.Tag[] }> {
  refuseBadProperties(input)
  const type = typeOf(input)
  const key = actionTypeKey(type.id)
  const tags = checkTags(engine, actionTypeArn(engine, type), input.tags ?? [])
  await engine.store.actionTypes.change(key, (known, count) => {
    refuseTaken(engine, type, known)
    if (count >= customActionTypeLimit)
      throw new Fault('LimitExceededException', `There can be at most ${customActionTypeLimit} custom action types`)
    return { type, tags, deleted: false }
  })
  await engine.types.refresh()
  return { actionType: type, tags: tagList(tags) }
}

export function actionTypeArn(engine: Pick<Engine, 'region' | 'accountId'>, { id }: ActionType): string {
  return `arn:aws:codepipeline:${engine.region}:${engine.accountId}:actiontype:${id.owner}/${id.category}/${id.provider}/${id.version}`
}

function typeOf(input: V.CustomActionTypeInput): ActionType {
  const { category, provider, version, settings, configurationProperties } = input
  return {
    id: { category, owner: 'Custom', provider, version },
    ...(settings ? { settings } : {}),
    actionConfigurationProperties: (configurationProperties ?? []).map((one) => ({
      ...one,
      queryable: one.queryable ?? false,
    })),
    inputArtifactDetails: input.inputArtifactDetails,
    outputArtifactDetails: input.outputArtifactDetails,
  }
}

/** J11: a version once deleted comes back only as it was; one that is there is taken. */
function refuseTaken(engine: Engine, type: ActionType, known: StoredActionType | undefined): void {
  const { provider, version, category } = type.id
  const label = `${category}/Custom/${provider}/${version}`
  if (known && !isDeepStrictEqual(known.type, JSON.parse(JSON.stringify(type)))) {
    const was = known.deleted ? 'was deleted and can only be created again as it was' : 'already exists'
    throw new Fault(
      'ActionTypeAlreadyExistsException',
      `The action type ${label} ${was}, and its definition is another one: use a version that was never used before`,
    )
  }
  if (known && !known.deleted) throw new Fault('ValidationException', `The action type ${label} already exists`)
  if (!known && engine.types.describe(type.id))
    throw new Fault('ValidationException', `The action type ${label} is provided by a plugin`)
}

/** At most ten properties, one of them queryable, and five artifacts either way (J2). */
function refuseBadProperties({
  configurationProperties = [],
  inputArtifactDetails,
  outputArtifactDetails,
}: V.CustomActionTypeInput): void {
  const queryable = (configurationProperties ?? []).filter((one) => one.queryable)
  if ((configurationProperties ?? []).length > 10)
    throw new Fault('ValidationException', 'An action type can have at most 10 configuration properties')
  if (queryable.length > 1)
    throw new Fault(
      'ValidationException',
      `Only one configuration property can be queryable, and ${queryable.map((one) => `'${one.name}'`).join(', ')} are`,
    )
  const [asked] = queryable
  if (asked && (!asked.required || asked.secret)) {
    throw new Fault('ValidationException', `The queryable property '${asked.name}' must be required and not secret`)
  }
  const names = (configurationProperties ?? []).map((one) => one.name)
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined)
    throw new Fault('ValidationException', `The configuration property '${twice}' is declared more than once`)
  for (const [what, { minimumCount, maximumCount }] of Object.entries({
    inputArtifactDetails,
    outputArtifactDetails,
  })) {
    if (minimumCount > maximumCount)
      throw new Fault(
        'ValidationException',
        `${what}: minimumCount ${minimumCount} is more than maximumCount ${maximumCount}`,
      )
  }
}

/** J11: whether or not there is one; polling for it fails from now on. */
export async function deleteCustomActionType(
  engine: Engine,
  _by: Principal,
  input: Input<'deleteCustomActionType'>,
): Promise<void> {
  const key = actionTypeKey({ ...input, owner: 'Custom' })
  const gone = await engine.store.actionTypes.change(key, (known) => known && { ...known, deleted: true })
  if (!gone) return
  await engine.types.refresh()
}

/** Errors: InvalidNextTokenException. */
export async function listActionTypes(
  engine: Engine,
  _by: Principal,
  input: Input<'listActionTypes'>,
): Promise<{ actionTypes: ActionType[]; nextToken?: string }> {
  const list = `action types ${input.actionOwnerFilter ?? ''} ${input.regionFilter ?? ''}`
  const from = positionOf<number>(list, input.nextToken, 'number') ?? 0
  const all = engine.types
    .list()
    .filter(({ id }) => input.actionOwnerFilter === undefined || id.owner === input.actionOwnerFilter)
    .filter(({ id }) => isUsableIn(engine, id, input.regionFilter))
  const end = from + listPage
  return {
    actionTypes: all.slice(from, end),
    ...(end < all.length ? { nextToken: nextToken(list, end) } : {}),
  }
}

/** S7: in other regions than the pipeline's own, sources and what is not AWS's cannot be used. */
function isUsableIn({ region }: Engine, { category, owner }: ActionType['id'], wanted: string | undefined): boolean {
  return wanted === undefined || wanted === region || (owner === 'AWS' && category !== 'Source')
}

/** Errors: ActionTypeNotFoundException. */
export async function getActionType(
  engine: Engine,
  _by: Principal,
  input: Input<'getActionType'>,
): Promise<{ actionType: V.ActionTypeDeclaration }> {
  const id = {
    category: input.category,
    owner: input.owner as ActionType['id']['owner'],
    provider: input.provider,
    version: input.version,
  }
  const stored = await engine.store.actionTypes.get(actionTypeKey(id))
  const type = stored && !stored.deleted ? stored.type : engine.types.describe(id)
  if (!type) {
    throw new Fault('ActionTypeNotFoundException', `The action type ${actionTypeKey(id)} was not found`)
  }
  return { actionType: stored?.declaration ?? declarationOf(type, engine.accountId) }
}

/** What GetActionType says of a type that nobody has updated: a job worker's. */
function declarationOf(type: ActionType, accountId: string): V.ActionTypeDeclaration {
  const { settings } = type
  return {
    executor: {
      type: 'JobWorker',
      configuration: { jobWorkerExecutorConfiguration: { pollingAccounts: [accountId] } },
    },
    id: type.id,
    inputArtifactDetails: type.inputArtifactDetails,
    outputArtifactDetails: type.outputArtifactDetails,
    properties: (type.actionConfigurationProperties ?? []).map((one) => ({
      name: one.name,
      optional: !one.required,
      key: one.key,
      noEcho: one.secret,
      queryable: one.queryable ?? false,
      ...defined({ description: one.description }),
    })),
    urls: {
      ...(settings?.thirdPartyConfigurationUrl === undefined
        ? {}
        : { configurationUrl: settings.thirdPartyConfigurationUrl }),
      ...(settings?.entityUrlTemplate === undefined ? {} : { entityUrlTemplate: settings.entityUrlTemplate }),
      ...(settings?.executionUrlTemplate === undefined ? {} : { executionUrlTemplate: settings.executionUrlTemplate }),
      ...(settings?.revisionUrlTemplate === undefined ? {} : { revisionUrlTemplate: settings.revisionUrlTemplate }),
    },
  }
}

/** Errors: ActionTypeNotFoundException, ValidationException. */
export async function updateActionType(
  engine: Engine,
  _by: Principal,
  { actionType }: Input<'updateActionType'>,
): Promise<void> {
  const key = actionTypeKey(actionType.id)
  await engine.store.actionTypes.change(key, (stored) => {
    if (stored && !stored.deleted) return { ...stored, type: typeFrom(actionType), declaration: actionType }
    if (engine.types.describe(actionType.id))
      throw new Fault('ValidationException', `The action type ${key} is provided by a plugin and cannot be updated`)
    throw new Fault('ActionTypeNotFoundException', `The action type ${key} was not found`)
  })
  await engine.types.refresh()
}

/** The older form of a declaration, by which pipelines are validated. */
export function typeFrom({
  id,
  urls,
  properties = [],
  inputArtifactDetails,
  outputArtifactDetails,
}: V.ActionTypeDeclaration): ActionType {
  return {
    id,
    settings: {
      ...(urls?.configurationUrl === undefined ? {} : { thirdPartyConfigurationUrl: urls.configurationUrl }),
      ...(urls?.entityUrlTemplate === undefined ? {} : { entityUrlTemplate: urls.entityUrlTemplate }),
      ...(urls?.executionUrlTemplate === undefined ? {} : { executionUrlTemplate: urls.executionUrlTemplate }),
      ...(urls?.revisionUrlTemplate === undefined ? {} : { revisionUrlTemplate: urls.revisionUrlTemplate }),
    },
    actionConfigurationProperties: properties.map((one) => ({
      name: one.name,
      required: !one.optional,
      key: one.key,
      secret: one.noEcho,
      queryable: one.queryable ?? false,
      ...defined({ description: one.description }),
    })),
    inputArtifactDetails,
    outputArtifactDetails,
  }
}

/** The rules that conditions may use (C5). */
export async function listRuleTypes(
  engine: Engine,
  _by: Principal,
  _input: Input<'listRuleTypes'>,
): Promise<{ ruleTypes: V.RuleType[] }> {
  return { ruleTypes: [...engine.types.listRules()] }
}
