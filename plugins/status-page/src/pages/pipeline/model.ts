import type { PipelineDeclaration, Principal, SourceStatus, Views } from '@penstock/core'
import { may } from '../../http/permissions.js'
import type { Site } from '../../site.js'
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
export async function loadPipeline(site: Site, by: Principal, name: string): Promise<PipelineModel> {
  const { operations, sources } = site.server
  const [definition, state, executions, runs, sourceStates, { warnings }] = await Promise.all([
    operations.getPipeline(by, { name }),
    operations.getPipelineState(by, { name }),
    may(site, by, 'ListPipelineExecutions', name)
      ? operations.listPipelineExecutions(by, { pipelineName: name, maxResults: recent })
      : { pipelineExecutionSummaries: [] },
    may(site, by, 'ListActionExecutions', name)
      ? operations.listActionExecutions(by, { pipelineName: name, maxResults: 100 })
      : { actionExecutionDetails: [] },
    sources.status(name),
    operations.getPipelineWarnings(by, { name }),
  ])
  return {
    name,
    declaration: definition.pipeline,
    metadata: definition.metadata,
    state,
    executions: executions.pipelineExecutionSummaries,
    runs: new Map(runs.actionExecutionDetails.map((run) => [run.actionExecutionId, run])),
    sources: sourceStates,
    warnings,
    may: rightsOn(site, by, name),
  }
}

/** The reader's rights on one pipeline, by CodePipeline's operation names. */
export function rightsOn(site: Site, by: Principal, name: string): PipelineRights {
  const can = (operation: string, ...path: readonly string[]) => may(site, by, operation, name, ...path)
  return {
    start: can('StartPipelineExecution'),
    stop: can('StopPipelineExecution'),
    update: can('UpdatePipeline'),
    remove: can('DeletePipeline'),
    retry: (stage) => can('RetryStageExecution', stage),
    rollback: (stage) => can('RollbackStage', stage),
    override: (stage) => can('OverrideStageCondition', stage),
    disable: (stage) => can('DisableStageTransition', stage),
    enable: (stage) => can('EnableStageTransition', stage),
    approve: (stage, action) => can('PutApprovalResult', stage, action),
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
