/** Asks sources for their newest revision: each distinct one once, a few at a time, and only what is due. */
import type { Clock } from '../domain/clock.js'
import { isLive } from '../domain/execution.js'
import type { FoundRevision } from '../domain/git-event.js'
import type { SourceRevision } from '../domain/revision.js'
import type { SourceState, SourceStateStore } from '../domain/source-state.js'
import type { EngineReads } from '../engine/ports.js'
import { contain, reason } from '../host/contain.js'
import type { HttpClient } from '../host/http-client.js'
import type { Logger } from '../host/plugin.js'
import type { ProviderRegistry } from '../host/registry.js'
import { jitter, type ScheduleBook } from './schedules.js'
import { changesWanted, sourceActions, sourceConfiguration } from './source-actions.js'
import type { SourceReports } from './source-reports.js'
import type { ReadConfiguration } from './source-watch.js'

/** Milliseconds. */
export const pollLimits = {
  /** Sources that are due at the same minute start spread over this. */
  spread: 1_500,
  /** How much longer than its limit a poll keeps its claim: a server that died meanwhile loses it. */
  grace: 30_000,
  /** After the first failed poll; doubled with each further one, up to `longestPause`. */
  firstPause: 30_000,
  longestPause: 60 * 60_000,
  /** An execution that has not pinned its revision yet is waited for this long. */
  pinning: 10 * 60_000,
} as const

export interface SourcePollerParts {
  readonly clock: Clock
  readonly reads: Pick<EngineReads, 'pipeline' | 'latestExecution'>
  readonly registry: ProviderRegistry
  readonly states: SourceStateStore
  readonly reports: SourceReports
  readonly book: ScheduleBook
  readonly readConfiguration: ReadConfiguration
  readonly http: (signal: AbortSignal) => HttpClient
  /** How many sources at a time. */
  readonly concurrency: number
  /** Milliseconds for one source. */
  readonly timeout: number
  readonly log: Logger
}

/** What a source said: its tip, or what happened since the cursor, for triggers that need to know. */
type Answer =
  | { readonly revision: FoundRevision | undefined }
  | { readonly changes: readonly FoundRevision[]; readonly cursor: string }

/** Sources read at a time. */
const atOnce = 500

export class SourcePoller {
  /** Polls of this server that have not ended, by poll key. */
  private readonly running = new Map<string, Promise<void>>()
  /** Due when last looked, and not begun, by poll key. Whoever took one since then, or edited it, its claim will tell. */
  private readonly waiting = new Map<string, readonly SourceState[]>()
  /** There was more to be read. */
  private more = false
  private readonly stopping = new AbortController()

  constructor(private readonly parts: SourcePollerParts) {}

  /** Starts polls for what is due, as many as may run at a time. Does not wait for them. */
  async startDue(): Promise<void> {
    if (this.running.size >= this.parts.concurrency || this.stopping.signal.aborted) return
    // What waits since the last look comes first: of hundreds that are due at once, each is read once.
    if (this.waiting.size === 0) {
      const due = await this.parts.states.due(this.parts.clock.now(), atOnce)
      this.more = due.length === atOnce
      for (const [key, states] of byPollKey(due)) if (!this.running.has(key)) this.waiting.set(key, states)
    }
    this.startWaiting()
  }

  private startWaiting(): void {
    for (const [key, states] of this.waiting) {
      if (this.running.size >= this.parts.concurrency || this.stopping.signal.aborted) return
      if (this.running.has(key)) continue
      this.waiting.delete(key)
      const poll = this.pollGroup(states)
        .catch((error) => this.parts.log.error('poll failed', { pipelineName: states[0]?.pipelineName, err: error }))
        .finally(() => {
          this.running.delete(key)
          // A finished poll makes room at once: a wave of many sources is not slowed down to the coordinator's beat.
          if (this.waiting.size > 0) this.startWaiting()
          else if (this.more) void this.startDue().catch(() => {})
        })
      this.running.set(key, poll)
    }
  }

  /** Resolves when no poll runs any more. */
  async idle(): Promise<void> {
    while (this.running.size > 0) await Promise.all(this.running.values())
  }

  /** Aborts what runs and starts nothing more. */
  async stop(): Promise<void> {
    this.stopping.abort(new Error('the server stops'))
    await this.idle()
  }

  private async pollGroup(states: readonly SourceState[]): Promise<void> {
    const { clock, timeout } = this.parts
    const until = clock.now() + timeout + pollLimits.grace
    const taken = await this.parts.states.claim(states, until)
    const [first] = taken
    if (!first) return // another server was faster
    const polled = clock.now()
    try {
      const answer = await this.ask(first)
      if (answer) await Promise.all(taken.map((state) => this.settle(state, answer, polled, until)))
    } catch (error) {
      if (this.stopping.signal.aborted) return this.release(taken, until)
      await Promise.all(taken.map((state) => this.failed(state, reason(error), polled, until)))
    }
  }

  /** Asks the provider; `undefined` when the pipeline or its plugin is not there any more. Errors: what is wrong with the source. */
  private async ask(state: SourceState): Promise<Answer | undefined> {
    const pipeline = await this.parts.reads.pipeline(state.pipelineName)
    const action = pipeline && sourceActions(pipeline).find(({ name }) => name === state.actionName)
    const found = action && this.parts.registry.source(action.actionTypeId)
    if (!pipeline || !action || !found) return undefined
    const { clock, log, timeout } = this.parts
    const { values, secrets } = await this.parts.readConfiguration(
      found.provider,
      sourceConfiguration(pipeline, action),
    )
    const limit = new AbortController()
    const signal = AbortSignal.any([limit.signal, this.stopping.signal])
    const hide = (text: string) =>
      secrets.reduce((shown, secret) => (secret === '' ? shown : shown.replaceAll(secret, '****')), text)
    const context = {
      signal,
      clock,
      http: this.parts.http(signal),
      log: (message: string) => log.debug(hide(message), { pipelineName: pipeline.name, actionName: action.name }),
    }
    try {
      const { provider, plugin } = found
      const wanted = provider.changesSince && changesWanted(pipeline, action)
      return await contain(clock, plugin, 'the poll', timeout, async (): Promise<Answer> => {
        if (!wanted || !provider.changesSince)
          return { revision: await provider.latestRevision(values as never, context) }
        const { revisions, cursor } = await provider.changesSince(values as never, state.cursor, wanted, context)
        return { changes: revisions, cursor }
      })
    } catch (error) {
      throw new Error(hide(reason(error)))
    } finally {
      limit.abort(new Error('the poll is over'))
    }
  }

  /** What one source's answer means for one pipeline. */
  private async settle(state: SourceState, answer: Answer, polled: number, until: number): Promise<void> {
    try {
      const { error: _, edited: __, ...kept } = state
      const next = { ...kept, failures: 0, lastPolled: polled, nextPoll: this.nextPoll(state) }
      if ('changes' in answer) return await this.settleChanges(next, answer.changes, answer.cursor, until)
      const { revision } = answer
      if (!revision) return await this.parts.states.finish(next, until)
      const verdict = await this.judge(state, revision.revisionId)
      if (verdict === 'wait')
        return await this.parts.states.finish({ ...state, nextPoll: this.parts.clock.now() + 5_000 }, until)
      if (verdict === 'start') {
        await this.report(state, revision)
      }
      await this.parts.states.finish({ ...next, lastRevision: remembered(state, revision) }, until)
    } catch (error) {
      await this.failed(state, reason(error), polled, until)
    }
  }

  /** Each change is judged by the triggers, oldest first; the cursor moves on once all of them are told. */
  private async settleChanges(
    next: SourceState,
    changes: readonly FoundRevision[],
    cursor: string,
    until: number,
  ): Promise<void> {
    for (const revision of changes) await this.report(next, revision)
    const last = changes.at(-1)
    await this.parts.states.finish(
      { ...next, cursor, ...(last ? { lastRevision: remembered(next, last) } : {}) },
      until,
    )
  }

  private async report({ pipelineName, actionName }: SourceState, revision: FoundRevision): Promise<void> {
    const found = { pipelineName, actionName, revision, trigger: 'PollForSourceChanges', detail: actionName } as const
    await this.parts.reports.report(found)
  }

  /**
   * - nothing new: `keep`;
   * - a source's first look: the execution that came with the pipeline (X1) is what it is compared to;
   * - the newest execution has this revision already, for somebody started it meanwhile: `keep`;
   * - that execution has not chosen its revision yet and may choose this one: `wait`.
   */
  private async judge(state: SourceState, revisionId: string): Promise<'keep' | 'start' | 'wait'> {
    const { lastRevision } = state
    if (lastRevision?.revisionId === revisionId) return 'keep'
    const latest = await this.parts.reads.latestExecution(state.pipelineName)
    const pinned = latest?.sourceRevisions.find(({ actionName }) => actionName === state.actionName)
    if (pinned?.revisionId === revisionId) return 'keep'
    if (!lastRevision) return pinned && !state.edited ? 'start' : 'keep'
    const choosing =
      latest && !pinned && isLive(latest.status) && this.parts.clock.now() - latest.started < pollLimits.pinning
    return choosing ? 'wait' : 'start'
  }

  private async failed(state: SourceState, error: string, polled: number, until: number): Promise<void> {
    const failures = state.failures + 1
    const pause = Math.min(pollLimits.longestPause, pollLimits.firstPause * 2 ** Math.min(failures - 1, 20))
    const nextPoll = Math.max(this.nextPoll(state), polled + pause + jitter(state.pollKey, pollLimits.spread))
    const { pipelineName, actionName } = state
    this.parts.log.warn('source cannot be polled', { pipelineName, actionName, error, failures })
    await this.parts.states.finish({ ...state, error, failures, lastPolled: polled, nextPoll }, until)
  }

  /** The server stops: another one, or the next start, may poll at once. */
  private async release(states: readonly SourceState[], until: number): Promise<void> {
    await Promise.all(states.map((state) => this.parts.states.finish(state, until)))
  }

  private nextPoll(state: SourceState): number {
    const { schedule } = this.parts.book.get(state.schedule, state.pipelineName, state.actionName)
    return schedule.next(this.parts.clock.now()) + jitter(state.pollKey, pollLimits.spread)
  }
}

function remembered({ actionName }: SourceState, { event: _, ...revision }: FoundRevision): SourceRevision {
  return { ...revision, actionName }
}

function byPollKey(states: readonly SourceState[]): Map<string, SourceState[]> {
  const groups = new Map<string, SourceState[]>()
  for (const state of states) {
    const group = groups.get(state.pollKey)
    if (group) group.push(state)
    else groups.set(state.pollKey, [state])
  }
  return groups
}
