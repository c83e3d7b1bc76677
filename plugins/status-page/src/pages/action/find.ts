import { Fault, type OperationInput, type PrincipalOperations, type Views } from '@penstock/core'
import type { Site } from '../../site.js'

/** How far back an action execution is looked for: twenty pages of a hundred. */
const mostPages = 20

/** Which execution an action execution belongs to: it never changes, and saves looking through all of them again. */
const known = new WeakMap<Site, Map<string, string>>()
const mostKnown = 2_000

/**
 * One action execution by its id: the model has no operation that asks for a single one.
 * Errors: ActionExecutionNotFoundException.
 */
export async function findAction(
  site: Site,
  operations: PrincipalOperations,
  pipelineName: string,
  id: string,
): Promise<Views.ActionExecutionDetail> {
  const executions = known.get(site) ?? new Map<string, string>()
  known.set(site, executions)
  const pipelineExecutionId = executions.get(id)
  const found =
    (pipelineExecutionId && (await look(operations, id, { pipelineName, filter: { pipelineExecutionId } }))) ||
    (await look(operations, id, { pipelineName }))
  if (!found) {
    throw new Fault('ActionExecutionNotFoundException', `The pipeline ${pipelineName} has no action execution ${id}.`)
  }
  if (executions.size >= mostKnown) executions.clear()
  executions.set(id, found.pipelineExecutionId)
  return found
}

async function look(operations: PrincipalOperations, id: string, where: OperationInput<'listActionExecutions'>) {
  let nextToken: string | undefined
  for (let page = 0; page < mostPages; page++) {
    const answer = await operations.listActionExecutions({ ...where, maxResults: 100, nextToken })
    const found = answer.actionExecutionDetails.find((each) => each.actionExecutionId === id)
    if (found) return found
    nextToken = answer.nextToken
    if (!nextToken) return undefined
  }
  return undefined
}

/** A configuration whose secret properties are hidden, even if it came unmasked (J3), and whatever the reader may list. */
export function maskSecrets(
  site: Site,
  type: Views.ActionExecutionDetail['input']['actionTypeId'],
  configuration: Readonly<Record<string, string>>,
): [string, string][] {
  const info = site.server.plugins
    .actionTypes()
    .find(({ id }) => id.category === type.category && id.provider === type.provider && id.version === type.version)
  return Object.entries(configuration).map(([name, value]) => [name, info?.properties[name]?.secret ? '****' : value])
}
