/** How pipelines stand: read together, then each put beside what concerns it. No input or output here. */
import type { ActionExecution } from '../domain/action.js'
import { defined } from '../domain/defined.js'
import type { PipelineExecution } from '../domain/execution.js'
import type { StageRecord } from '../domain/stage.js'
import type { QueueOverview } from '../host/queue-service.js'
import type {
  ActionTimes,
  LiveAction,
  LiveExecution,
  PastExecution,
  PipelineStanding,
  QueuePlace,
  StagePlace,
} from '../host/standing.js'
import type { OpenJob, StandingReads } from '../store/standing-reads.js'

/** What of the queue is asked: which types workers here take, and which are polled for. */
export type TypeTakers = (typeKey: string) => QueueOverview['waiting'][number]['takenBy']

/** Reads and joins. `names` absent means all pipelines. */
export async function loadStanding(
  reads: StandingReads,
  names: readonly string[] | undefined,
  takenBy: TypeTakers,
  now: number,
): Promise<PipelineStanding[]> {
  const [pipelines, latest, live, actions] = await Promise.all([
    reads.pipelines(names),
    reads.latest(names),
    reads.live(names),
    reads.actions(names),
  ])
  const inFront = [...new Set(live.filter(({ position }) => position?.waiting).map((one) => one.pipelineName))]
  const [closed, jobs] = await Promise.all([reads.closed(inFront), actions.length > 0 ? reads.openJobs() : []])
  const queue = new Queue(jobs, takenBy, now)
  const newest = new Map(latest.map((one) => [one.pipelineName, one]))
  const actionsOf = grouped(actions, ({ executionId }) => executionId)
  const liveOf = grouped(live, ({ pipelineName }) => pipelineName)
  return pipelines.map(({ name, tags }) => {
    const last = newest.get(name)
    return {
      name,
      tags,
      ...(last && { latest: pastExecution(last) }),
      live: (liveOf.get(name) ?? []).map((one) => liveExecution(one, actionsOf.get(one.id) ?? [], closed, queue)),
    }
  })
}

function grouped<T>(all: readonly T[], keyOf: (one: T) => string): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>()
  for (const one of all) {
    const group = groups.get(keyOf(one))
    if (group) group.push(one)
    else groups.set(keyOf(one), [one])
  }
  return groups
}

export function pastExecution(execution: PipelineExecution): PastExecution {
  const { id, pipelineName, status, started, updated, trigger, sourceRevisions, type, stop } = execution
  return {
    pipelineName,
    pipelineExecutionId: id,
    status,
    started,
    updated,
    trigger,
    sourceRevisions,
    type,
    ...defined({ stopReason: stop?.reason }),
  }
}

function liveExecution(
  execution: PipelineExecution,
  actions: readonly ActionExecution[],
  closed: readonly StageRecord[],
  queue: Queue,
): LiveExecution {
  const at = placeOf(execution, closed)
  return {
    ...pastExecution(execution),
    variables: execution.variables,
    ...(at && { at }),
    actions: actions.map((action) => liveAction(action, queue)),
  }
}

function placeOf(
  { pipelineName, position }: PipelineExecution,
  closed: readonly StageRecord[],
): StagePlace | undefined {
  if (!position) return undefined
  const { stage, waiting, since } = position
  const door = waiting && closed.find((one) => one.pipelineName === pipelineName && one.stageName === stage)?.inbound
  if (!door) return { stage, waiting, since }
  const held = defined({ reason: door.disabledReason, by: door.lastChangedBy, at: door.lastChangedAt })
  return { stage, waiting, since, held }
}

function liveAction(action: ActionExecution, queue: Queue): LiveAction {
  const { id, stageName, actionName, attempt, started, percentComplete, token, deadline } = action
  const place = token === undefined ? queue.placeOf(id) : undefined
  const workStarted = action.workStarted ?? queue.startedOf(id)
  return {
    actionExecutionId: id,
    stageName,
    actionName,
    attempt,
    started,
    ...defined({ workStarted, percentComplete, queued: place }),
    ...(token !== undefined && {
      approval: {
        token,
        ...defined({ deadline, standing: action.approvals }),
        configuration: action.resolvedConfiguration,
      },
    }),
  }
}

export function actionRun(action: ActionExecution): ActionTimes {
  const { id, stageName, actionName, attempt, status, started, workStarted, updated, deadline, lastUpdatedBy } = action
  return {
    actionExecutionId: id,
    stageName,
    actionName,
    attempt,
    status,
    started,
    updated,
    ...defined({ workStarted, deadline, updatedBy: lastUpdatedBy, approvedBy: action.approvals?.given }),
  }
}

/** Who waits behind whom. The workers of a server take all of their types from one queue, pollers each their own type. */
class Queue {
  readonly #byAction: ReadonlyMap<string, OpenJob>
  readonly #places = new Map<string, QueuePlace>()

  constructor(jobs: readonly OpenJob[], takenBy: TypeTakers, now: number) {
    this.#byAction = new Map(jobs.map((job) => [job.actionExecutionId, job]))
    const before = new Map<string, number>()
    for (const { actionExecutionId, typeKey, queued, availableAt, created } of jobs) {
      if (!queued) continue
      const later = availableAt > now && availableAt > created && created <= now
      const taken = takenBy(typeKey)
      const line = taken === 'workers' ? taken : typeKey
      const ahead = before.get(line) ?? 0
      if (!later) before.set(line, ahead + 1)
      const place = { typeKey, ahead, takenBy: taken, ...(later && { notBefore: availableAt }) }
      this.#places.set(actionExecutionId, place)
    }
  }

  placeOf(actionExecutionId: string): QueuePlace | undefined {
    return this.#places.get(actionExecutionId)
  }

  startedOf(actionExecutionId: string): number | undefined {
    return this.#byAction.get(actionExecutionId)?.started ?? undefined
  }
}
