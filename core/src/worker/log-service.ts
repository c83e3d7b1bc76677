import { existsSync, type FSWatcher, mkdirSync, renameSync, rmSync } from 'node:fs'
import { readFile, rm } from 'node:fs/promises'
import type { LogChunk, LogService } from '../host/services.js'
import { atMostEvery, fileSize, fileSizes, readBytes, watchFile } from './files.js'
import { LineIndex } from './line-index.js'
import { LogIngest } from './log-ingest.js'
import { LogSpool, readMasks } from './log-spool.js'
import { wholeCharacters } from './utf8.js'
import { logFile, type WorkFolder, workFolder } from './workspace.js'

const DEFAULT_LIMIT = 64 * 1024
const LARGEST = 4 * 1024 * 1024
/** In bytes; a smaller limit would never get past one. */
const LONGEST_CHARACTER = 4
const LINE_PIECE = 64 * 1024
/** Real time: followers watch files, which no fake clock writes. */
const POLL = 1_000
/** A step that prints without a pause must not call a follower for each line. */
const PAUSE = 40

/** A log that is still written. */
interface LiveLog {
  readonly ingest: LogIngest
  readonly followers: Set<() => void>
}

/**
 * All actions' logs below one data folder. Only masked bytes are ever read from here: a running action's raw spool is
 * taken over into its masked log when somebody asks for it, and when the action ends. Offsets are the masked log's,
 * and stay the same when the action ends or the server starts anew.
 */
export class ActionLogs implements LogService {
  readonly #live = new Map<string, LiveLog>()
  readonly #finishing = new Map<string, Promise<void>>()

  constructor(readonly dataFolder: string) {}

  /** Opens (or, after a restart, opens again) the log of an action that begins to run. */
  open(actionExecutionId: string): LogSpool {
    const folder = workFolder(this.dataFolder, actionExecutionId)
    const log = logFile(this.dataFolder, actionExecutionId)
    continueLog(folder, log)
    const spool = new LogSpool(folder)
    const ingest = new LogIngest(folder.spool, log, spool.masker)
    const before = this.#live.get(actionExecutionId)
    void before?.ingest.close()
    this.#live.set(actionExecutionId, { ingest, followers: before?.followers ?? new Set() })
    return spool
  }

  /** The action has ended: masks what is left, makes it durable, deletes the raw spool. Also for one left by a crash. */
  finish(actionExecutionId: string): Promise<void> {
    const running = this.#finishing.get(actionExecutionId)
    if (running !== undefined) return running
    const finishing = this.#finish(actionExecutionId).finally(() => this.#finishing.delete(actionExecutionId))
    this.#finishing.set(actionExecutionId, finishing)
    return finishing
  }

  async read(actionExecutionId: string, from: number, limit = DEFAULT_LIMIT): Promise<LogChunk | undefined> {
    try {
      return await this.#read(actionExecutionId, from, limit)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
      return undefined // it was there, and was forgotten before it could be opened
    }
  }

  async #read(actionExecutionId: string, from: number, limit: number): Promise<LogChunk | undefined> {
    const log = await this.#current(actionExecutionId, from + limit)
    if (log === undefined) return undefined
    const start = Math.max(0, Math.min(from, log.size))
    const length = Math.min(log.size - start, Math.max(LONGEST_CHARACTER, limit), LARGEST)
    const bytes = await readBytes(logFile(this.dataFolder, actionExecutionId), start, length)
    const whole = log.complete && start + bytes.length >= log.size ? bytes.length : wholeCharacters(bytes)
    const next = start + whole
    return { text: bytes.toString('utf8', 0, whole), from: start, next, complete: log.complete && next >= log.size }
  }

  async size(actionExecutionId: string): Promise<number | undefined> {
    return (await this.#current(actionExecutionId, Number.POSITIVE_INFINITY))?.size
  }

  /** The byte offset at which line `line` (from 1) begins; the log's size when it has fewer lines. */
  async offsetOfLine(actionExecutionId: string, line: number): Promise<number | undefined> {
    const log = await this.#current(actionExecutionId, Number.POSITIVE_INFINITY)
    if (log === undefined) return undefined
    const index = this.#live.get(actionExecutionId)?.ingest.index ?? (await this.#readIndex(actionExecutionId))
    let { offset, skip } = index?.locate(line) ?? { offset: 0, skip: line - 1 }
    while (skip > 0 && offset < log.size) {
      const bytes = await readBytes(
        logFile(this.dataFolder, actionExecutionId),
        offset,
        Math.min(LINE_PIECE, log.size - offset),
      )
      let at = 0
      while (skip > 0 && at < bytes.length) {
        const newline = bytes.indexOf(10, at)
        at = newline < 0 ? bytes.length : newline + 1
        if (newline >= 0) skip--
      }
      offset += at
    }
    return offset
  }

  follow(actionExecutionId: string, tell: () => void): () => void {
    const [onMore, quiet] = atMostEvery(PAUSE, tell)
    const folder = workFolder(this.dataFolder, actionExecutionId)
    let watcher: FSWatcher | undefined
    let seen = ''
    const look = async () => {
      watcher ??= watchFile(folder.spool, onMore)
      const now = await fileSizes(folder.spool, logFile(this.dataFolder, actionExecutionId))
      if (now !== seen) onMore()
      seen = now
    }
    const timer = setInterval(() => void look().catch(() => {}), POLL)
    timer.unref()
    watcher = watchFile(folder.spool, onMore)
    const followers = this.#followers(actionExecutionId)
    followers?.add(onMore)
    return () => {
      quiet()
      clearInterval(timer)
      watcher?.close()
      followers?.delete(onMore)
    }
  }

  /** Deletes what history has forgotten. */
  async forget(actionExecutionIds: readonly string[]): Promise<void> {
    for (const id of actionExecutionIds) {
      const log = logFile(this.dataFolder, id)
      for (const file of [`${log}.idx`, log]) await rm(file, { force: true })
    }
  }

  /** Lets all open files go; what was not finished is taken up after the next start. */
  async close(): Promise<void> {
    const logs = [...this.#live.values()]
    this.#live.clear()
    await Promise.all([...this.#finishing.values()].map((finishing) => finishing.catch(() => {})))
    for (const { ingest } of logs) await ingest.close()
  }

  #followers(actionExecutionId: string): Set<() => void> | undefined {
    return this.#live.get(actionExecutionId)?.followers
  }

  /** What can be read now, once the first `wanted` bytes are taken over, as far as they are there. */
  async #current(actionExecutionId: string, wanted: number): Promise<{ size: number; complete: boolean } | undefined> {
    for (;;) {
      await this.#finishing.get(actionExecutionId)
      const live = this.#live.get(actionExecutionId) ?? this.#abandoned(actionExecutionId)
      if (live === undefined) break
      // Where the disk is full, what was taken over so far is still worth reading.
      if (live.ingest.size < wanted) await live.ingest.pump().catch(() => {})
      if (this.#live.get(actionExecutionId) === live) return { size: live.ingest.size, complete: false }
      // It ended meanwhile, or its worker took it up again: what there is now says which.
    }
    // No spool (see #abandoned): the log is complete.
    const size = await fileSize(logFile(this.dataFolder, actionExecutionId))
    return size === undefined ? undefined : { size, complete: true }
  }

  /**
   * A spool that a crash left behind, until its job is taken up again. In one go: a log that ended while its spool was
   * looked for would live on without one, empty.
   */
  #abandoned(actionExecutionId: string): LiveLog | undefined {
    const folder = workFolder(this.dataFolder, actionExecutionId)
    if (!existsSync(folder.spool)) return undefined
    const ingest = new LogIngest(folder.spool, logFile(this.dataFolder, actionExecutionId), readMasks(folder))
    const live = { ingest, followers: new Set<() => void>() }
    this.#live.set(actionExecutionId, live)
    return live
  }

  async #finish(actionExecutionId: string): Promise<void> {
    const live = this.#live.get(actionExecutionId) ?? this.#abandoned(actionExecutionId)
    if (live === undefined) return
    await live.ingest.finish()
    this.#live.delete(actionExecutionId)
    for (const onMore of live.followers) onMore()
  }

  async #readIndex(actionExecutionId: string): Promise<LineIndex | undefined> {
    try {
      return LineIndex.fromBuffer(await readFile(`${logFile(this.dataFolder, actionExecutionId)}.idx`))
    } catch {
      return undefined
    }
  }
}

/** Another job of the same action (a continuation, J7): its log goes on where the one before ended. */
function continueLog(folder: WorkFolder, log: string): void {
  if (existsSync(folder.spool) || !existsSync(log)) return
  mkdirSync(folder.root, { recursive: true, mode: 0o700 })
  rmSync(`${log}.idx`, { force: true })
  renameSync(log, folder.spool)
}
