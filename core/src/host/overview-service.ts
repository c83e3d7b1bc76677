/** Many pipelines at a glance, read together. */
import type { StageStatus } from '../domain/stage.js'
import type { PipelineExecutionSummary } from '../engine/views.js'
import type { ActionTimes, DeployedStage, PastExecution, PipelineStanding } from './standing.js'

export type * from './standing.js'

/**
 * Pipelines for a list: a handful of reads for all of them, where GetPipelineState would be some for each.
 * @example
 * const overview: OverviewService = api.server.overview
 * const failed = async (names: readonly string[]) =>
 *   (await overview.pipelines(names)).filter(({ latest }) => latest?.status === 'Failed')
 */
export interface OverviewService {
  /** Names in their order, after `after`: those that hold a text, whatever the case of its letters. */
  names(page: {
    readonly holds?: string | undefined
    readonly after?: string | undefined
    readonly limit: number
  }): Promise<readonly string[]>
  /** In the order of `names`; what does not exist is left out. */
  pipelines(names: readonly string[]): Promise<readonly PipelineOverview[]>
  /** How pipelines stand, by name: all of them, or those named. */
  standing(names?: readonly string[]): Promise<readonly PipelineStanding[]>
  /** The newest executions of these pipelines, so many of each, newest first. */
  recent(names: readonly string[], each: number): Promise<readonly PastExecution[]>
  /** Executions of all pipelines, newest first, behind the one that `before` names. */
  activity(page: {
    readonly before?: { readonly started: number; readonly pipelineExecutionId: string } | undefined
    readonly limit: number
  }): Promise<readonly PastExecution[]>
  /** What a pipeline's stages that deploy got last, in their order. */
  deployed(pipelineName: string): Promise<readonly DeployedStage[]>
  /** The actions that an execution ran, in the order of their beginnings. */
  runs(pipelineExecutionId: string): Promise<readonly ActionTimes[]>
}

/**
 * A pipeline as a list shows it.
 * @example
 * const waits = (pipeline: PipelineOverview) => pipeline.approvals > 0
 */
export interface PipelineOverview {
  readonly name: string
  /** The newest execution. */
  readonly latest?: PipelineExecutionSummary
  readonly stages: readonly StageOverview[]
  /** Approvals that wait for someone. */
  readonly approvals: number
  /** A source cannot be looked at. */
  readonly sourceProblem: boolean
}

/**
 * A stage in small.
 * @example
 * const held = (stage: StageOverview) => stage.closed
 */
export interface StageOverview {
  readonly name: string
  /** Of the execution that entered last; in PARALLEL mode of the newest one. Absent when it never ran. */
  readonly status?: StageStatus
  /** The transition into it is disabled. */
  readonly closed: boolean
}
