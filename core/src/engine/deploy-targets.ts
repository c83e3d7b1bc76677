import type { Principal } from '../domain/access.js'
import { Fault } from '../domain/faults.js'
import type { Engine } from './engine.js'
import { pipelineNotFound } from './names.js'
import type { ExecutionOperations } from './operations.js'
import { nextToken, pageSize, positionOf } from './paging.js'
import type { DeployTarget } from './views.js'

/** What a provider tells of a target: times in milliseconds since the epoch. */
export interface DeployTargetReport {
  readonly targetId: string
  readonly targetType: string
  readonly status: string
  readonly startTime?: number
  readonly endTime?: number
  readonly events: readonly {
    readonly name: string
    readonly status: string
    readonly startTime?: number
    readonly endTime?: number
    readonly message?: string
  }[]
}

/** A provider tells milliseconds, the API answers Dates. */
export function targetView(target: DeployTargetReport): DeployTarget {
  const { targetId, targetType, status, events } = target
  return {
    targetId,
    targetType,
    status,
    ...spanOf(target),
    events: events.map((event) => ({
      name: event.name,
      status: event.status,
      ...spanOf(event),
      ...(event.message === undefined ? {} : { context: { message: event.message } }),
    })),
  }
}

function spanOf({ startTime, endTime }: { readonly startTime?: number; readonly endTime?: number }) {
  return {
    ...(startTime === undefined ? {} : { startTime: new Date(startTime) }),
    ...(endTime === undefined ? {} : { endTime: new Date(endTime) }),
  }
}

/**
 * `recorded`: what whoever deploys has on record of an action; it counts once the action is over, for a rollback after a stop
 * comes later.
 * Errors: PipelineNotFoundException, ActionExecutionNotFoundException, InvalidNextTokenException.
 */
export async function deployTargetsOf(
  engine: Engine,
  _by: Principal,
  input: Parameters<ExecutionOperations['listDeployActionExecutionTargets']>[1],
  recorded: (actionExecutionId: string) => Promise<readonly DeployTargetReport[] | undefined> = async () => undefined,
): Promise<{ targets: DeployTarget[]; nextToken?: string }> {
  const { pipelineName, actionExecutionId, filters = [] } = input
  if (pipelineName !== undefined && !(await engine.store.read.pipeline(pipelineName)))
    throw pipelineNotFound(engine, pipelineName)
  const action = await engine.store.read.action(actionExecutionId)
  if (!action || (pipelineName !== undefined && action.pipelineName !== pipelineName)) {
    throw new Fault('ActionExecutionNotFoundException', `The action execution '${actionExecutionId}' was not found`)
  }
  const later = action.status === 'InProgress' ? undefined : await recorded(actionExecutionId)
  const all = later?.map(targetView) ?? (await engine.store.deployTargets(actionExecutionId))
  const wanted = all.filter((target) => filters.every(({ values }) => values.includes(target.status)))
  const list = `targets ${actionExecutionId}`
  const from = positionOf<number>(list, input.nextToken, 'number') ?? 0
  const end = from + (input.maxResults ?? pageSize)
  return { targets: wanted.slice(from, end), ...(end < wanted.length ? { nextToken: nextToken(list, end) } : {}) }
}
