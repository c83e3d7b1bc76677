import type { SourceRevision } from './revision.js'

/**
 * What came of a poll, or of several in a row that said the same.
 * @example
 * const record: PollRecord = { at: 1_700_000_000_000, ms: 35, outcome: 'unchanged', seen: 'main at f00ba4', times: 12 }
 */
export interface PollRecord {
  /** When the last of them began, epoch milliseconds. */
  readonly at: number
  /** How long it took, milliseconds. */
  readonly ms: number
  readonly outcome: 'unchanged' | 'started' | 'passed over' | 'waits' | 'first look' | 'failed'
  /** What was seen, or what went wrong. */
  readonly seen?: string
  /** How many in a row, when there were several. */
  readonly times?: number
  /** When the first of several began. */
  readonly first?: number
}

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
  /** The last polls, newest first. */
  readonly polls?: readonly PollRecord[]
  /** Why the next poll is when it is, in words. */
  readonly nextReason?: string
  /** When the first of the failed polls in a row began. */
  readonly failingSince?: number
  /** What a quiet period waits to stay as it is, and since when. */
  readonly quiet?: { readonly seen: string; readonly since: number }
  /** What a poll found though no webhook had told of it, while webhooks used to arrive. */
  readonly missed?: MissedWebhook
}

/**
 * A change that no webhook told of.
 * @example
 * const missed: MissedWebhook = { at: Date.now(), revisionId: 'f00ba4', branch: 'main' }
 */
export interface MissedWebhook {
  readonly at: number
  readonly revisionId: string
  readonly branch: string
}

/** The pushes that webhooks told of: one row for each branch of a source action. */
export interface WebhookNewsStore {
  /** Remembers a push. */
  note(news: WebhookNews): Promise<void>
  /** What was told of a source, the newest first. */
  ofSource(pipelineName: string, actionName: string): Promise<WebhookNews[]>
  /** Sources of which something was told, as `pipeline/action`. */
  sources(): Promise<string[]>
  /** Forgets what is older, and what pipelines that are gone were told. */
  forget(before: number): Promise<void>
}

export interface WebhookNews {
  readonly pipelineName: string
  readonly actionName: string
  readonly branch: string
  readonly revisionId: string
  /** Epoch milliseconds. */
  readonly at: number
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
  /** Makes due at once what lies between two times: the clock was put back from the later to the earlier. */
  overtake(now: number, before: number): Promise<void>
  /** Makes a pipeline's sources, or one of them, due at `at`; answers which. */
  hasten(pipelineName: string, actionName: string | undefined, at: number, reason: string): Promise<string[]>
}
