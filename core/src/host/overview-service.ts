/** Many pipelines at a glance, read together. */
import type { StageStatus } from '../domain/stage.js'
import type { PipelineExecutionSummary } from '../engine/views.js'

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
