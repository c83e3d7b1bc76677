/** Custom action types that penstock.yaml declares: there from the first start on. */
import { isDeepStrictEqual } from 'node:util'
import type { ActionType } from '../domain/action-type.js'
import type { CustomActionTypeInput } from '../engine/views.js'
import { reason } from '../host/contain.js'
import type { PrincipalOperations } from '../operations/serve.js'

export interface ConfiguredTypesParts {
  readonly operations: Pick<PrincipalOperations, 'createCustomActionType'>
  readonly describe: (id: ActionType['id']) => ActionType | undefined
}

/** Creates those that are not there. Answers what is wrong with the others: they stay as they were, and the server starts. */
export async function addConfiguredTypes(
  types: readonly CustomActionTypeInput[],
  parts: ConfiguredTypesParts,
): Promise<string[]> {
  const problems: string[] = []
  for (const [index, given] of types.entries()) {
    try {
      await addOne(withFlags(given), parts)
    } catch (error) {
      problems.push(`actionTypes[${index}]: ${reason(error)}`)
    }
  }
  return problems
}

/** J11: a version never changes. Errors: Fault; TypeError when it is there and is another. */
async function addOne(input: CustomActionTypeInput, { operations, describe }: ConfiguredTypesParts): Promise<void> {
  const { category, provider, version } = input
  const target = `${category}/Custom/${provider}/${version}`
  const known = describe({ category, owner: 'Custom', provider, version })
  if (known) {
    if (same(known, input)) return
    throw new TypeError(
      `${target} is there already, and is not what penstock.yaml says: give what changed a new version`,
    )
  }
  await operations.createCustomActionType(input)
}

function same(known: ActionType, input: CustomActionTypeInput): boolean {
  const facts = (
    of: ActionType | CustomActionTypeInput,
    properties: ActionType['actionConfigurationProperties'] = [],
  ) => ({
    settings: of.settings ?? {},
    properties,
    input: of.inputArtifactDetails,
    output: of.outputArtifactDetails,
  })
  return isDeepStrictEqual(
    JSON.parse(JSON.stringify(facts(known, known.actionConfigurationProperties))),
    JSON.parse(JSON.stringify(facts(input, input.configurationProperties ?? []))),
  )
}

/** A schema's defaults do not reach into lists. */
function withFlags(input: CustomActionTypeInput): CustomActionTypeInput {
  const { configurationProperties = [] } = input
  const flags = { required: false, key: false, secret: false, queryable: false }
  return { ...input, configurationProperties: configurationProperties.map((one) => ({ ...flags, ...one })) }
}
