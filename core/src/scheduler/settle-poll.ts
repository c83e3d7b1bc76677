/** What a poll's answer means for one pipeline: start, wait, or nothing; what is kept of it, and when to look again. */
import type { Clock } from '../domain/clock.js'
import { defined } from '../domain/defined.js'
import { isLive } from '../domain/execution.js'
import type { FoundRevision } from '../domain/git-event.js'
import type { SourceRevision } from '../domain/revision.js'
import type { PollRecord, SourceState, SourceStateStore } from '../domain/source-state.js'
import type { EngineReads } from '../engine/ports.js'
import { reason } from '../host/contain.js'
import type { Logger } from '../host/plugin.js'
import { afterFailure, type NextPoll, pollLimits, regularly } from './next-poll.js'
import { withPoll } from './poll-log.js'
import type { ScheduleBook, ScheduleSettings } from './schedules.js'
import type { SourceReports } from './source-reports.js'
import type { WebhookNews } from './webhook-news.js'

/** What a source said: its tip, or what happened since the cursor, for triggers that need to know. */
export type Answer =
  | { readonly revision: FoundRevision | undefined }
  | { readonly changes: readonly FoundRevision[]; readonly cursor: string }

/** When the poll was, how long it took, and what its claim ends with. */
export interface PollTimes {
  readonly polled: number
  readonly ms: number
  readonly until: number
}

/** A source that could not be polled several times in a row. */
export interface FailingSource {
  readonly pipelineName: string
  readonly actionName: string
  readonly error: string
  readonly failures: number
  /** When the first of them began; epoch milliseconds. */
  readonly since: number
}

/** Failed polls in a row that are no hiccup any more. */
const failuresTold = 3

export interface PollSettlerParts {
  readonly clock: Clock
  readonly reads: Pick<EngineReads, 'latestExecution'>
  readonly states: SourceStateStore
  readonly reports: SourceReports
  readonly news: WebhookNews
  readonly book: ScheduleBook
  readonly settings: ScheduleSettings
  readonly log: Logger
  /** Called once for each time that a source fails for longer; perhaps again after a crash, with the same `since`. */
  readonly onFailing?: (source: FailingSource) => Promise<void>
}

export class PollSettler {
  constructor(private readonly parts: PollSettlerParts) {}

  async settle(state: SourceState, answer: Answer, times: PollTimes): Promise<void> {
    try {
      const found = 'changes' in answer ? answer.changes : await this.changesIn(state, answer.revision)
      if (found === 'wait') return await this.wait(state, times)
      if (found.length > 0 && (await this.staysQuiet(state, found, times))) return
      await this.conclude(state, answer, found, times)
    } catch (error) {
      await this.failed(state, reason(error), times)
    }
  }

  async failed(state: SourceState, error: string, times: PollTimes): Promise<void> {
    const failures = state.failures + 1
    const next = afterFailure(state, failures, times.polled, this.regular(state, false))
    const { pipelineName, actionName, failingSince = times.polled } = state
    this.parts.log.warn('source cannot be polled', { pipelineName, actionName, error, failures })
    if (failures === failuresTold) await this.tell({ pipelineName, actionName, error, failures, since: failingSince })
    const polls = logged(state, times, 'failed', error)
    const now = { ...state, ...next, polls, error, failures, failingSince, lastPolled: times.polled }
    await this.parts.states.finish(now, times.until)
  }

  /** What cannot be told is no reason to forget the poll. */
  private async tell(source: FailingSource): Promise<void> {
    const { onFailing, log } = this.parts
    await onFailing?.(source).catch((error: unknown) =>
      log.error('a failing source could not be told of', { ...source, error: reason(error) }),
    )
  }

  /** Each change is judged by the triggers, oldest first; what was seen is remembered once all of them are told. */
  private async conclude(
    state: SourceState,
    answer: Answer,
    found: readonly FoundRevision[],
    times: PollTimes,
  ): Promise<void> {
    let started = false
    for (const revision of found) if (await this.report(state, revision)) started = true
    const { error: _, edited: __, quiet: ___, failingSince: ____, missed: before, ...kept } = state
    const missed = await this.parts.news.missed(state, found, before)
    const last = 'changes' in answer ? answer.changes.at(-1) : answer.revision
    const now = {
      ...kept,
      ...this.regular(state, this.parts.news.hears(state) && missed === undefined),
      ...defined({ missed, cursor: 'changes' in answer ? answer.cursor : undefined }),
      ...(last ? { lastRevision: remembered(state, last) } : {}),
      polls: logged(state, times, outcomeOf(state, found, started), seenIn(answer, found)),
      failures: 0,
      lastPolled: times.polled,
    }
    await this.parts.states.finish(now, times.until)
  }

  private async wait(state: SourceState, times: PollTimes): Promise<void> {
    const next = {
      nextPoll: this.parts.clock.now() + pollLimits.pinningPause,
      nextReason: 'an execution is just choosing its revision',
    }
    await this.parts.states.finish(
      { ...state, ...next, polls: logged(state, times, 'waits', next.nextReason) },
      times.until,
    )
  }

  /** True while a quiet period has to go by first without another change. What was found is found again then. */
  private async staysQuiet(state: SourceState, found: readonly FoundRevision[], times: PollTimes): Promise<boolean> {
    const pause = (this.parts.settings.quietPeriodSeconds ?? 0) * 1000
    const seen = found.map(describe).join(', ')
    const now = this.parts.clock.now()
    const since = state.quiet?.seen === seen ? state.quiet.since : now
    if (pause === 0 || now - since >= pause) return false
    const next = {
      nextPoll: since + pause,
      nextReason: `a quiet period of ${pause / 1000} s without another change`,
    }
    const polls = logged(state, times, 'waits', `${seen}: ${next.nextReason}`)
    await this.parts.states.finish({ ...state, ...next, polls, quiet: { seen, since } }, times.until)
    return true
  }

  private async report({ pipelineName, actionName }: SourceState, revision: FoundRevision): Promise<boolean> {
    const found = { pipelineName, actionName, revision, trigger: 'PollForSourceChanges', detail: actionName } as const
    return (await this.parts.reports.report(found)).pipelineExecutionId !== undefined
  }

  /**
   * - nothing new: none;
   * - a source's first look: the execution that came with the pipeline (X1) is what it is compared to;
   * - the newest execution has this revision already, for somebody started it meanwhile: none;
   * - that execution has not chosen its revision yet and may choose this one: `wait`.
   */
  private async changesIn(
    state: SourceState,
    revision: FoundRevision | undefined,
  ): Promise<readonly FoundRevision[] | 'wait'> {
    const { lastRevision } = state
    if (!revision || lastRevision?.revisionId === revision.revisionId) return []
    const latest = await this.parts.reads.latestExecution(state.pipelineName)
    const pinned = latest?.sourceRevisions.find(({ actionName }) => actionName === state.actionName)
    if (pinned?.revisionId === revision.revisionId) return []
    if (!lastRevision) return pinned && !state.edited ? [revision] : []
    const waited = latest ? Math.abs(this.parts.clock.now() - latest.started) : 0
    return latest && !pinned && isLive(latest.status) && waited < pollLimits.pinning ? 'wait' : [revision]
  }

  private regular(state: SourceState, told: boolean): NextPoll {
    const { book, settings, clock } = this.parts
    return regularly(state, clock.now(), { book, settings, told })
  }
}

function logged(
  { polls }: SourceState,
  { polled, ms }: PollTimes,
  outcome: PollRecord['outcome'],
  seen: string | undefined,
): readonly PollRecord[] {
  return withPoll(polls, { at: polled, ms, outcome, ...defined({ seen }) })
}

function outcomeOf(state: SourceState, found: readonly FoundRevision[], started: boolean): PollRecord['outcome'] {
  if (started) return 'started'
  if (found.length > 0) return 'passed over'
  return state.lastPolled === undefined ? 'first look' : 'unchanged'
}

function seenIn(answer: Answer, found: readonly FoundRevision[]): string | undefined {
  if (found.length > 0) return found.map(describe).join(', ')
  return 'revision' in answer && answer.revision ? describe(answer.revision) : undefined
}

function describe({ revisionId, event }: FoundRevision): string {
  const id = revisionId.length >= 40 ? revisionId.slice(0, 12) : revisionId
  if (event?.kind === 'tag') return `tag ${event.tag} at ${id}`
  if (event?.kind === 'pullRequest') return `pull request into ${event.targetBranch} at ${id}`
  return event?.branch === undefined ? id : `${event.branch} at ${id}`
}

function remembered({ actionName }: SourceState, { event: _, ...revision }: FoundRevision): SourceRevision {
  return { ...revision, actionName }
}
