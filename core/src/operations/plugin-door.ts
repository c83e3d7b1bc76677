/** The door for plugins in processes of their own: each calls as itself, with what penstock.yaml grants it. */
import type { PolicyDocument, Principal } from '../domain/access.js'
import { type ActionTypeId, actionTypeKey } from '../domain/action-type.js'
import { Fault } from '../domain/faults.js'
import { administratorPolicy, managedPolicyDocuments } from '../domain/managed-policies.js'
import type { Pipeline } from '../domain/pipeline.js'
import type { GrantedPlugin, PluginOperations, ReportedRevision } from '../host/plugin-operations.js'
import type { OperationService, ServedOperation } from './serve.js'

/** What the door is made of. */
export interface PluginDoorParts {
  readonly operations: () => OperationService
  readonly accountId: string
  /** A pipeline as it is now. */
  readonly pipeline: (name: string) => Promise<Pipeline | undefined>
  readonly report: (found: ReportedRevision) => Promise<{ readonly pipelineExecutionId?: string }>
  /** The action types that a plugin provides. */
  readonly typesOf: (plugin: string) => readonly ActionTypeId[]
}

/** What every plugin may list: names, and what there is to build with. */
const common = allow(['codepipeline:ListPipelines', 'codepipeline:ListActionTypes', 'codepipeline:ListRuleTypes'], '*')

const reads = managedPolicyDocuments.AWSCodePipeline_ReadOnlyAccess.Statement.flatMap(({ Action }) => Action)

/** Never a user's, whatever users are called. */
function principal(accountId: string, name: string, policies: Principal['policies']): Principal {
  return { name, arn: `arn:aws:iam::${accountId}:role/plugin/${name}`, policies }
}

/** Opens it. */
export function pluginDoor(parts: PluginDoorParts): PluginOperations {
  const { operations, accountId, pipeline, typesOf } = parts
  return {
    principalInside: (name) => principal(accountId, name, [administratorPolicy]),
    principalOf: ({ name, granted = [common] }) => principal(accountId, name, granted),
    async report({ name }, found) {
      const { pipelineName, actionName } = found
      const types = new Set(typesOf(name).map(actionTypeKey))
      const actions = (await pipeline(pipelineName))?.declaration.stages.flatMap((stage) => stage.actions) ?? []
      const own = actions.find((action) => action.name === actionName && types.has(actionTypeKey(action.actionTypeId)))
      if (own === undefined)
        throw new Fault(
          'AccessDeniedException',
          `plugin '${name}' may report revisions of its own source actions, and ${pipelineName}/${actionName} is none`,
        )
      return parts.report(found)
    },
    async call(plugin, method, input) {
      const served = operations()
        .list()
        .find((one) => methodOf(one) === method)
      if (!served) throw new Error(`there is no operation '${method}'`)
      const policies = plugin.granted ?? [common, ...(await readsOfItsOwn(parts, plugin, served, input))]
      const mine = operations().for(principal(accountId, plugin.name, policies))
      return mine[method as 'getPipeline'](input as never)
    },
  }
}

/** Of the pipelines that a call is about, those with an action of the plugin's may be read. */
async function readsOfItsOwn(
  { pipeline, typesOf }: PluginDoorParts,
  { name }: GrantedPlugin,
  served: ServedOperation,
  input: unknown,
): Promise<PolicyDocument[]> {
  if (!reads.includes(served.action)) return []
  const types = new Set(typesOf(name).map(actionTypeKey))
  const own: PolicyDocument[] = []
  for (const arn of served.about(input)) {
    const [, root, pipelineName] = /^((?:[^:]*:){5})([^:/]+)/.exec(arn) ?? []
    const found = pipelineName === undefined ? undefined : await pipeline(pipelineName)
    if (found && uses(found, types)) own.push(allow(reads, `${root}${found.name}`, `${root}${found.name}/*`))
  }
  return own
}

function uses({ declaration }: Pipeline, types: ReadonlySet<string>): boolean {
  return declaration.stages.some(({ actions }) =>
    actions.some(({ actionTypeId }) => types.has(actionTypeKey(actionTypeId))),
  )
}

function methodOf({ name }: ServedOperation): string {
  return `${name.charAt(0).toLowerCase()}${name.slice(1)}`
}

function allow(actions: readonly string[], ...resources: readonly string[]): PolicyDocument {
  return { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: actions, Resource: resources }] }
}
