/** Action types and rule types. */
import * as types from '../engine/action-types.js'
import { structure } from '../shape/shape.js'
import { operation } from './operation.js'
import {
  actionTypeDeclaration,
  category,
  configurationProperties,
  executorOwner,
  owner,
  provider,
  settings,
  version,
} from './shapes/action-type.js'
import { artifactDetails } from './shapes/artifact.js'
import { ruleOwner } from './shapes/condition.js'
import { region } from './shapes/names.js'
import { nextToken } from './shapes/page.js'
import { tags } from './shapes/tag.js'

/** Declares an action type whose jobs workers outside poll for (J1, J2). */
export const createCustomActionType = operation({
  name: 'CreateCustomActionType',
  input: structure(
    { category, provider, version, inputArtifactDetails: artifactDetails, outputArtifactDetails: artifactDetails },
    { settings, configurationProperties, tags },
  ),
  resource: ({ category, provider, version }, arns) =>
    arns.actionType({ owner: 'Custom', category, provider, version }),
  changes: true,
  busy: 'ConcurrentModificationException',
  taken: 'ConcurrentModificationException',
  run: ({ engine }, by, input) => types.createCustomActionType(engine, by, input),
})

/** Marks a custom action type as deleted (J11). */
export const deleteCustomActionType = operation({
  name: 'DeleteCustomActionType',
  input: structure({ category, provider, version }),
  resource: ({ category, provider, version }, arns) =>
    arns.actionType({ owner: 'Custom', category, provider, version }),
  changes: true,
  silent: true,
  busy: 'ConcurrentModificationException',
  taken: 'ConcurrentModificationException',
  run: ({ engine }, by, input) => types.deleteCustomActionType(engine, by, input),
})

/** All action types, or those of one owner. */
export const listActionTypes = operation({
  name: 'ListActionTypes',
  input: structure({}, { actionOwnerFilter: owner, regionFilter: region, nextToken }),
  resource: () => '*',
  run: ({ engine }, by, input) => types.listActionTypes(engine, by, input),
})

/** The declaration of an action type with an executor. */
export const getActionType = operation({
  name: 'GetActionType',
  input: structure({ category, owner: executorOwner, provider, version }),
  resource: (id, arns) => arns.actionType(id),
  run: ({ engine }, by, input) => types.getActionType(engine, by, input),
})

/** Changes the declaration of an action type with an executor. */
export const updateActionType = operation({
  name: 'UpdateActionType',
  input: structure({ actionType: actionTypeDeclaration }),
  resource: ({ actionType }, arns) => arns.actionType(actionType.id),
  changes: true,
  silent: true,
  failed: 'RequestFailedException',
  run: ({ engine }, by, { actionType }) => {
    // The schema's pattern has let no other owner through.
    const owner = actionType.id.owner as 'AWS' | 'ThirdParty'
    return types.updateActionType(engine, by, { actionType: { ...actionType, id: { ...actionType.id, owner } } })
  },
})

/** The rules that conditions may use (C5). */
export const listRuleTypes = operation({
  name: 'ListRuleTypes',
  input: structure({}, { ruleOwnerFilter: ruleOwner, regionFilter: region }),
  resource: () => '*',
  run: ({ engine }, by, input) => types.listRuleTypes(engine, by, input),
})
