import type {
  DeployedStage,
  LiveAction,
  LiveExecution,
  PastExecution,
  PipelineDeclaration,
  PipelineStanding,
  PrincipalOperations,
  SourceStatus,
  Views,
} from '@penstock/core'
import { type Excerpt, excerptOf } from '../../log/excerpt.js'
import type { Site } from '../../site.js'
import { boardOf } from '../../state/board.js'
import { median } from '../../view/spark.js'
import { pipelineState, type State } from '../../view/state.js'
import { type Digest, digestsOf } from './digests.js'
import { type Answerable, answerable } from './may-answer.js'
import { type Told, toldOf } from './told.js'
import type { PipelineWarning } from './warnings.js'

/** All that the page of one pipeline shows. */
export interface PipelineModel {
  readonly name: string
  readonly declaration: PipelineDeclaration
  readonly metadata: Views.PipelineMetadata
  readonly stages: Views.PipelineState
  /** Newest first. */
  readonly executions: readonly Views.PipelineExecutionSummary[]
  /** The newest action executions, by id. */
  readonly runs: ReadonlyMap<string, Views.ActionExecutionDetail>
  readonly sources: readonly SourceStatus[]
  readonly warnings: readonly PipelineWarning[]
  readonly standing: PipelineStanding
  /** How it stands as a whole, by what lives in it. */
  readonly state: State
  /** For the tab: `Waiting for a person: site`. */
  readonly title: string
  /** What is live: of each stage that deploys, the newest that succeeded. */
  readonly deployed: readonly DeployedStage[]
  /** The newest executions with their authors, newest first. */
  readonly past: readonly PastExecution[]
  /** How long an action takes as a rule, by `STAGE/ACTION`. */
  readonly usual: ReadonlyMap<string, number>
  /** The last lines of what failed, by action execution. */
  readonly excerpts: ReadonlyMap<string, Excerpt>
  /** Of each pending approval, by action execution, what the answer is about. */
  readonly digests: ReadonlyMap<string, readonly Digest[]>
  /** Who was told of its approvals. */
  readonly told: readonly Told[]
  readonly may: PipelineRights
}

/** What the reader may do here. */
export interface PipelineRights {
  readonly start: boolean
  readonly stop: boolean
  readonly update: boolean
  readonly remove: boolean
  readonly retry: (stage: string) => boolean
  readonly rollback: (stage: string) => boolean
  readonly override: (stage: string) => boolean
  readonly disable: (stage: string) => boolean
  readonly enable: (stage: string) => boolean
  readonly approve: (action: LiveAction) => Answerable
  /** Have somebody told again. */
  readonly tell: boolean
}

/** How many executions the page lists. */
const recent = 12
/** Failed actions whose last lines are shown. */
const mostExcerpts = 4

/** Reads the pipeline, its state and its newest executions. Errors: PipelineNotFoundException. */
export async function loadPipeline(site: Site, operations: PrincipalOperations, name: string): Promise<PipelineModel> {
  const { overview, clock } = site.server
  const mayRuns = operations.may('listActionExecutions', { pipelineName: name })
  const mayExecutions = operations.may('listPipelineExecutions', { pipelineName: name })
  const [definition, state, executions, runs, { sources }, { warnings }, [standing], deployed, past] =
    await Promise.all([
      operations.getPipeline({ name }),
      operations.getPipelineState({ name }),
      mayExecutions
        ? operations.listPipelineExecutions({ pipelineName: name, maxResults: recent })
        : { pipelineExecutionSummaries: [] },
      mayRuns
        ? operations.listActionExecutions({ pipelineName: name, maxResults: 100 })
        : { actionExecutionDetails: [] },
      operations.listSources({ pipelineName: name }),
      operations.getPipelineWarnings({ name }),
      boardOf(site).of([name]),
      mayExecutions ? overview.deployed(name) : [],
      mayExecutions ? overview.recent([name], recent) : [],
    ])
  const stands = standing ?? { name, tags: {}, live: [] }
  const whole = pipelineState(stands, clock.now())
  return {
    name,
    declaration: definition.pipeline,
    metadata: definition.metadata,
    state: whole,
    stages: state,
    title: `${whole.words} · ${name}`,
    executions: executions.pipelineExecutionSummaries,
    runs: new Map(runs.actionExecutionDetails.map((run) => [run.actionExecutionId, run])),
    sources,
    warnings,
    standing: stands,
    deployed,
    past,
    usual: usualOf(runs.actionExecutionDetails),
    excerpts: mayRuns ? await excerptsOf(site, failedNow(state)) : new Map(),
    told: stands.live.some(asks) ? await toldOf(operations, name) : [],
    digests: mayExecutions ? await digestsAsked(site, stands.live) : new Map(),
    may: rightsOn(operations, name),
  }
}

/** Whether an execution waits for somebody's answer. */
export function asks({ actions }: LiveExecution): boolean {
  return actions.some(({ approval }) => approval)
}

/** What each pending approval is about, by action execution. */
export async function digestsAsked(
  site: Site,
  live: PipelineStanding['live'],
): Promise<Map<string, readonly Digest[]>> {
  const asked = live.flatMap(({ actions }) => actions).filter(({ approval }) => approval?.standing)
  const found = asked.map(async ({ actionExecutionId, approval }) => {
    const digests = await digestsOf(site.server.artifacts, approval?.standing?.artifacts ?? [])
    return [actionExecutionId, digests] as const
  })
  return new Map(await Promise.all(found))
}

/** Of actions that succeeded at least twice, the middle of how long they took. */
function usualOf(runs: readonly Views.ActionExecutionDetail[]): Map<string, number> {
  const times = new Map<string, number[]>()
  for (const { status, stageName, actionName, startTime, lastUpdateTime } of runs) {
    if (status !== 'Succeeded') continue
    const key = `${stageName}/${actionName}`
    times.set(key, [...(times.get(key) ?? []), Number(lastUpdateTime) - Number(startTime)])
  }
  return new Map([...times].flatMap(([key, all]) => (all.length < 2 ? [] : [[key, median(all) ?? 0]])))
}

function failedNow({ stageStates }: Views.PipelineState): string[] {
  return stageStates
    .flatMap(({ actionStates }) => actionStates)
    .flatMap(({ latestExecution: latest }) =>
      latest?.status === 'Failed' && latest.errorDetails?.code !== 'Rejected' ? (latest.actionExecutionId ?? []) : [],
    )
    .slice(0, mostExcerpts)
}

export async function excerptsOf(site: Site, ids: readonly string[]): Promise<Map<string, Excerpt>> {
  const found = await Promise.all(ids.map(async (id) => [id, await excerptOf(site, id)] as const))
  return new Map(found.flatMap(([id, excerpt]) => (excerpt ? [[id, excerpt]] : [])))
}

/** What lives of an action execution; undefined once it has ended. */
export function liveAction(
  { standing }: Pick<PipelineModel, 'standing'>,
  id: string | undefined,
): LiveAction | undefined {
  return standing.live.flatMap(({ actions }) => actions).find(({ actionExecutionId }) => actionExecutionId === id)
}

/** The reader's rights on one pipeline. */
export function rightsOn(operations: PrincipalOperations, name: string): PipelineRights {
  const { may } = operations
  const stage = (stageName: string) => ({ pipelineName: name, stageName })
  return {
    start: may('startPipelineExecution', { name }),
    stop: may('stopPipelineExecution', { pipelineName: name }),
    update: may('updatePipeline', { pipeline: { name } }),
    remove: may('deletePipeline', { name }),
    retry: (stageName) => may('retryStageExecution', stage(stageName)),
    rollback: (stageName) => may('rollbackStage', stage(stageName)),
    override: (stageName) => may('overrideStageCondition', stage(stageName)),
    disable: (stageName) => may('disableStageTransition', stage(stageName)),
    enable: (stageName) => may('enableStageTransition', stage(stageName)),
    approve: (action) => answerable(operations, name, action),
    tell: may('redeliver', {}),
  }
}

/** The actions of a stage by runOrder: what is in one group runs side by side (S6). */
export function groupsOf<A extends { readonly runOrder?: number }>(actions: readonly A[]): A[][] {
  const groups = new Map<number, A[]>()
  for (const action of actions) {
    const order = action.runOrder ?? 1
    groups.set(order, [...(groups.get(order) ?? []), action])
  }
  return [...groups.entries()].sort(([a], [b]) => a - b).map(([, group]) => group)
}

/** True while an execution can still be stopped. */
export function isRunning(execution: Views.PipelineExecutionSummary): boolean {
  return execution.status === 'InProgress' || execution.status === 'Stopping'
}
