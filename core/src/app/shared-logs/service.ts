/** Any action's log, whichever of the servers on this database has it. */

import type { Clock } from '../../domain/clock.js'
import type { SharedLog, SharedLogStore } from '../../domain/shared-log.js'
import type { Signal } from '../../domain/signal.js'
import type { EngineReads } from '../../engine/ports.js'
import type { LogChunk, LogService } from '../../host/services.js'
import { atMostEvery } from '../../worker/files.js'
import { wholeCharacters } from '../../worker/utf8.js'
import type { LogArchive } from './archive.js'
import { type PublishedLogs, wantedFor } from './published.js'

export interface SharedLogsParts {
  readonly own: PublishedLogs
  readonly store: SharedLogStore
  readonly archive: LogArchive
  readonly reads: Pick<EngineReads, 'jobOfAction'>
  readonly clock: Clock
  readonly signal: (signal: Signal) => void
  readonly onSignal: (listener: (signal: Signal) => void) => () => void
}

const usualLimit = 64 * 1024
const largest = 4 * 1024 * 1024
/** In bytes; a smaller limit would never get past one. */
const longestCharacter = 4
/** A signal may be lost: so often a follower looks again, and asks for what another server has; milliseconds. */
const lookEvery = 3_000
const pause = 40

export class SharedLogs implements LogService {
  /** When the server that has a log was asked for it last. */
  readonly #asked = new Map<string, number>()

  constructor(private readonly parts: SharedLogsParts) {}

  async read(id: string, from: number, limit = usualLimit): Promise<LogChunk | undefined> {
    const own = (await this.#isOwn(id)) ? await this.parts.own.read(id, from, limit) : undefined
    if (own) return own
    // Also when it was ours as we looked, and was given to the database before we had read it.
    const log = await this.#find(id)
    if (log === undefined) return undefined
    const start = Math.max(0, Math.min(from, log.size))
    const bytes = await this.parts.archive.read(id, log, start, Math.min(largest, Math.max(longestCharacter, limit)))
    const whole = log.finished && start + bytes.length >= log.size ? bytes.length : wholeCharacters(bytes)
    const next = start + whole
    return { text: bytes.toString('utf8', 0, whole), from: start, next, complete: log.finished && next >= log.size }
  }

  async size(id: string): Promise<number | undefined> {
    const own = (await this.#isOwn(id)) ? await this.parts.own.size(id) : undefined
    return own ?? (await this.#find(id))?.size
  }

  follow(id: string, tell: () => void): () => void {
    const [onMore, quiet] = atMostEvery(pause, tell)
    const unfollow = this.parts.own.follow(id, onMore)
    const unsubscribe = this.parts.onSignal((signal) => {
      if (signal.kind === 'log' && signal.actionExecutionId === id) onMore()
    })
    const timer = setInterval(onMore, lookEvery)
    timer.unref()
    return () => {
      quiet()
      clearInterval(timer)
      unsubscribe()
      unfollow()
    }
  }

  /** What began elsewhere is whole only in the database. */
  async #isOwn(id: string): Promise<boolean> {
    if (!this.parts.own.has(id)) return false
    const log = await this.parts.store.get(id)
    if (log === undefined || log.size === 0) return true
    return !log.finished && log.base === 0 && log.writer === this.parts.own.parts.writer
  }

  /** The log, once the server that has it was asked for it, if one may have it. */
  async #find(id: string): Promise<SharedLog | undefined> {
    const log = await this.parts.store.get(id)
    // Our next job of the same action may be writing on, and has nothing there yet.
    if (log?.finished && !this.parts.own.isWriting(id)) return log
    const job = await this.parts.reads.jobOfAction(id)
    // A job that speaks to servers over HTTP sends what it has by itself.
    if (job?.status === 'InProgress' && !log?.writer.includes(':')) await this.#ask(id)
    else return log
    return log && { ...log, finished: false }
  }

  async #ask(id: string): Promise<void> {
    const { store, clock, signal } = this.parts
    const now = clock.now()
    if (now - (this.#asked.get(id) ?? 0) < wantedFor / 3) return
    for (const [one, at] of this.#asked) if (now - at > wantedFor) this.#asked.delete(one)
    this.#asked.set(id, now)
    await store.want(id, now)
    signal({ kind: 'log-wanted', actionExecutionId: id })
  }
}
