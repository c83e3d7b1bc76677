import type { SourceRevision } from './revision.js'

/** What the poller knows about one source action. Times are epoch milliseconds. */
export interface SourceState {
  readonly pipelineName: string
  readonly actionName: string
  /** As configured, `H` and all. */
  readonly schedule: string
  /** Sources with equal keys are asked once. */
  readonly pollKey: string
  readonly nextPoll: number
  readonly lastPolled?: number
  readonly lastRevision?: SourceRevision
  /** Where the provider's `changesSince` goes on, for sources whose git triggers need it. */
  readonly cursor?: string
  readonly error?: string
  /** Failed polls since the last good one. */
  readonly failures: number
  /** Until the first look at a source that an edit brought: whatever it shows starts nothing (X1). */
  readonly edited?: boolean
}

export interface SourceStateStore {
  ofPipeline(pipelineName: string): Promise<SourceState[]>
  /** Makes the pipeline's rows be exactly these. */
  replace(pipelineName: string, states: readonly SourceState[]): Promise<void>
  /** Names of all pipelines that have rows. */
  pipelineNames(): Promise<string[]>
  /** What is due at `now`, the longest overdue first. */
  due(now: number, limit: number): Promise<SourceState[]>
  /** Takes those that nobody took since they were read, by moving their next poll to `until`; answers the taken ones. */
  claim(states: readonly SourceState[], until: number): Promise<SourceState[]>
  /** Writes what a poll came to, if the row is still claimed with `nextPoll` `until` (its pipeline may have been edited or deleted). */
  finish(state: SourceState, until: number): Promise<void>
}
