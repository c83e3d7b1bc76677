/** Which action types there are: as this installation's plugins say, or as a server does. */
import type { Offline } from '../../app/offline.js'
import { type ActionType, type ActionTypeId, actionTypeKey } from '../../domain/action-type.js'
import { validatePipeline } from '../../domain/validation/structure.js'
import { lookup } from '../../engine/define-pipeline.js'
import type { Client } from '../api/client.js'
import type { Beside } from './found.js'

export type Lookup = Parameters<typeof validatePipeline>[1]

/** The plugins of this installation. */
export function ofPlugins({ judging }: Pick<Offline, 'judging'>): Lookup {
  return lookup(judging)
}

/** Whatever a server knows; what its plugins think of configurations, it says when the pipeline is created. */
export async function ofServer(
  client: Pick<Client, 'listActionTypes' | 'listRuleTypes'>,
  region: string,
): Promise<Lookup> {
  const types = new Map<string, ActionType>()
  let nextToken: string | undefined
  do {
    const page = await client.listActionTypes({ nextToken })
    for (const type of page.actionTypes) types.set(actionTypeKey(type.id), type)
    nextToken = page.nextToken
  } while (nextToken !== undefined)
  const { ruleTypes } = await client.listRuleTypes({})
  return {
    region,
    describe: (id) => types.get(actionTypeKey(id)),
    judge: () => [],
    describeRule: ({ provider, version = '1' }) =>
      ruleTypes.find(({ id }) => id.provider === provider && (id.version ?? '1') === version),
    judgeRule: () => [],
    ruleNames: () => ruleTypes.map(({ id }) => id.provider),
  }
}

/** With the action types that are made along with the pipeline. */
export function withTypes(known: Lookup, made: readonly Beside[]): Lookup {
  const types = new Map(made.map(({ input }) => [actionTypeKey(idOf(input)), typeOf(input)]))
  return { ...known, describe: (id) => known.describe(id) ?? types.get(actionTypeKey(id)) }
}

/** What CreateCustomActionType would name so. */
export function idOf(input: Beside['input']): ActionTypeId {
  const { category, provider, version } = input as unknown as ActionTypeId
  return { category, owner: 'Custom', provider, version }
}

function typeOf(input: Beside['input']): ActionType {
  const { configurationProperties, inputArtifactDetails, outputArtifactDetails } = input as unknown as ActionType & {
    readonly configurationProperties?: NonNullable<ActionType['actionConfigurationProperties']>
  }
  return {
    id: idOf(input),
    actionConfigurationProperties: configurationProperties ?? [],
    inputArtifactDetails,
    outputArtifactDetails,
  }
}
