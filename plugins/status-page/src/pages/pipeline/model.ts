import type { PipelineDeclaration, PrincipalOperations, SourceStatus, Views } from '@penstock/core'
import type { PipelineWarning } from './warnings.js'

/** All that the page of one pipeline shows. */
export interface PipelineModel {
  readonly name: string
  readonly declaration: PipelineDeclaration
  readonly metadata: Views.PipelineMetadata
  readonly state: Views.PipelineState
  /** Newest first. */
  readonly executions: readonly Views.PipelineExecutionSummary[]
  /** The newest action executions, by id. */
  readonly runs: ReadonlyMap<string, Views.ActionExecutionDetail>
  readonly sources: readonly SourceStatus[]
  readonly warnings: readonly PipelineWarning[]
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
  readonly approve: (stage: string, action: string) => boolean
}

/** How many executions the page lists. */
const recent = 12

/** Reads the pipeline, its state and its newest executions. Errors: PipelineNotFoundException. */
export async function loadPipeline(operations: PrincipalOperations, name: string): Promise<PipelineModel> {
  const about = { pipelineName: name }
  const [definition, state, executions, runs, sourceStates, { warnings }] = await Promise.all([
    operations.getPipeline({ name }),
    operations.getPipelineState({ name }),
    operations.may('listPipelineExecutions', about)
      ? operations.listPipelineExecutions({ ...about, maxResults: recent })
      : { pipelineExecutionSummaries: [] },
    operations.may('listActionExecutions', about)
      ? operations.listActionExecutions({ ...about, maxResults: 100 })
      : { actionExecutionDetails: [] },
    operations.listSources(about),
    operations.getPipelineWarnings({ name }),
  ])
  return {
    name,
    declaration: definition.pipeline,
    metadata: definition.metadata,
    state,
    executions: executions.pipelineExecutionSummaries,
    runs: new Map(runs.actionExecutionDetails.map((run) => [run.actionExecutionId, run])),
    sources: sourceStates.sources,
    warnings,
    may: rightsOn(operations, name),
  }
}

/** The reader's rights on one pipeline. */
export function rightsOn({ may }: PrincipalOperations, name: string): PipelineRights {
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
    approve: (stageName, actionName) => may('putApprovalResult', { ...stage(stageName), actionName }),
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
