import type { Principal } from '../domain/access.js'
import { Fault } from '../domain/faults.js'
import type { Engine } from './engine.js'
import { pipelineNotFound } from './names.js'
import type { ExecutionOperations } from './operations.js'
import { nextToken, pageSize, positionOf } from './paging.js'
import type { DeployTarget } from './views.js'

/** Errors: PipelineNotFoundException, ActionExecutionNotFoundException, InvalidNextTokenException. */
export async function deployTargetsOf(
  engine: Engine,
  _by: Principal,
  input: Parameters<ExecutionOperations['listDeployActionExecutionTargets']>[1],
): Promise<{ targets: DeployTarget[]; nextToken?: string }> {
  const { pipelineName, actionExecutionId, filters = [] } = input
  if (pipelineName !== undefined && !(await engine.store.read.pipeline(pipelineName)))
    throw pipelineNotFound(engine, pipelineName)
  const action = await engine.store.read.action(actionExecutionId)
  if (!action || (pipelineName !== undefined && action.pipelineName !== pipelineName)) {
    throw new Fault('ActionExecutionNotFoundException', `The action execution '${actionExecutionId}' was not found`)
  }
  const all = await engine.store.deployTargets(actionExecutionId)
  const wanted = all.filter((target) => filters.every(({ values }) => values.includes(target.status)))
  const list = `targets ${actionExecutionId}`
  const from = positionOf<number>(list, input.nextToken, 'number') ?? 0
  const end = from + (input.maxResults ?? pageSize)
  return { targets: wanted.slice(from, end), ...(end < wanted.length ? { nextToken: nextToken(list, end) } : {}) }
}
