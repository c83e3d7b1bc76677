/** Asks sources for their newest revision: each distinct one once, a few at a time, and only what is due. */
import { checkedRevision } from '../domain/checked-revision.js'
import type { Revision } from '../domain/revision.js'
import type { SourceState, SourceStateStore } from '../domain/source-state.js'
import type { EngineReads } from '../engine/ports.js'
import { reason } from '../host/contain.js'
import { type AskSourceParts, askSource } from './ask-source.js'
import { pollLimits } from './next-poll.js'
import type { Answer, PollSettler } from './settle-poll.js'
import { changesWanted, sourceActions } from './source-actions.js'

export interface SourcePollerParts extends AskSourceParts {
  readonly reads: Pick<EngineReads, 'pipeline'>
  readonly states: SourceStateStore
  readonly settler: PollSettler
  /** How many sources at a time. */
  readonly concurrency: number
  /** Milliseconds for one source. */
  readonly timeout: number
}

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
  /** The clock when last looked. */
  private last = Number.NEGATIVE_INFINITY

  constructor(private readonly parts: SourcePollerParts) {}

  /** Starts polls for what is due, as many as may run at a time. Does not wait for them. */
  async startDue(): Promise<void> {
    await this.mindClock()
    if (this.running.size >= this.parts.concurrency || this.stopping.signal.aborted) return
    // What waits since the last look comes first: of hundreds that are due at once, each is read once.
    if (this.waiting.size === 0) {
      const due = await this.parts.states.due(this.parts.clock.now(), atOnce)
      this.more = due.length === atOnce
      for (const [key, states] of byPollKey(due)) if (!this.running.has(key)) this.waiting.set(key, states)
    }
    this.startWaiting()
  }

  /** What was soon due by a clock that has been put back since would wait until it is there again. */
  private async mindClock(): Promise<void> {
    const now = this.parts.clock.now()
    if (now < this.last) await this.parts.states.overtake(now, this.last + pollLimits.soon)
    this.last = now
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
    const { clock, timeout, settler } = this.parts
    const until = clock.now() + timeout + pollLimits.grace
    const taken = await this.parts.states.claim(states, until)
    const [first] = taken
    if (!first) return // another server was faster
    const polled = clock.now()
    const at = () => ({ polled, ms: clock.now() - polled, until })
    try {
      const answer = await this.ask(first)
      if (answer) await Promise.all(taken.map((state) => settler.settle(state, answer, at())))
    } catch (error) {
      if (this.stopping.signal.aborted) return this.release(taken, until)
      await Promise.all(taken.map((state) => settler.failed(state, reason(error), at())))
    }
  }

  /** Asks the provider; `undefined` when the pipeline or its plugin is not there any more. Errors: what is wrong with the source. */
  private async ask(state: SourceState): Promise<Answer | undefined> {
    const pipeline = await this.parts.reads.pipeline(state.pipelineName)
    const action = pipeline && sourceActions(pipeline).find(({ name }) => name === state.actionName)
    if (!pipeline || !action) return undefined
    return askSource<Answer>(this.parts, {
      pipeline,
      action,
      what: 'the poll',
      timeout: this.parts.timeout,
      stopping: this.stopping.signal,
      async ask(provider, configuration, context) {
        const wanted = provider.changesSince && changesWanted(pipeline, action)
        if (!wanted || !provider.changesSince)
          return { revision: checked(await provider.latestRevision(configuration, context)) }
        const { revisions, cursor } = await provider.changesSince(configuration, state.cursor, wanted, context)
        return { changes: revisions.map((one) => checkedRevision(one, 'the source')), cursor }
      },
    })
  }

  /** The server stops: another one, or the next start, may poll at once. */
  private async release(states: readonly SourceState[], until: number): Promise<void> {
    await Promise.all(states.map((state) => this.parts.states.finish(state, until)))
  }
}

function checked(revision: Revision | undefined): Revision | undefined {
  return revision && checkedRevision(revision, 'the source')
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
