/** Sends one running action's log to the server, masked, in order and only once. */
import type { FSWatcher } from 'node:fs'
import { readFileSync } from 'node:fs'
import { type Clock, sleep } from '../domain/clock.js'
import { isFault } from '../domain/faults.js'
import type { Logger } from '../host/plugin.js'
import { readBytes, watchFile, writeWhole } from './files.js'
import type { HeldJob } from './job-client.js'
import { type Masker, MaskStream } from './mask.js'
import { ApiRefused } from './penstock-api.js'
import { untilAccepted } from './retry.js'
import type { WorkFolder } from './workspace.js'

/** Where a log goes. Both answer how many bytes the server has. */
export interface LogSink {
  append(job: HeldJob, offset: number, bytes: Buffer): Promise<number>
  finish(job: HeldJob, size: number): Promise<number>
}

export interface LogShipperParts {
  readonly job: HeldJob
  readonly folder: WorkFolder
  readonly masker: Masker
  readonly sink: LogSink
  readonly clock: Clock
  readonly log: Logger
  readonly signal: AbortSignal
  /** Bytes of the spool that were there before this job. */
  readonly base: number
}

/** Up to `raw` bytes of the spool were sent as `sent` masked ones. */
interface Place {
  readonly raw: number
  readonly sent: number
}

interface Kept extends Place {
  readonly jobId: string
  readonly fence: number
  readonly base: number
}

const PIECE = 1024 * 1024
const SMALLEST = 4 * 1024
/** Real time, as for all that watches files: between two looks, and between two sendings. */
const LOOK = 500
const BREATH = 150

/**
 * Only masked bytes leave this machine. How far it came is kept beside the spool, so that the next worker on this folder
 * goes on; what the server has already is not sent again, and what it lost is.
 */
export class LogShipper {
  #stream: MaskStream
  #raw: number
  /** Masked bytes up to #raw, without those that the stream holds back. */
  #sent: number
  /** What the server is known to have. */
  #there = 0
  #piece = PIECE
  #isEnding = false
  #wake = () => {}
  #watcher: FSWatcher | undefined
  readonly #done: Promise<void>

  constructor(readonly parts: LogShipperParts) {
    const kept = readKept(parts.folder.sent, parts.job)
    this.#raw = kept?.raw ?? parts.base
    this.#sent = kept?.sent ?? 0
    this.#stream = new MaskStream(parts.masker)
    if (!kept) this.#keep()
    this.#done = this.#run()
    this.#done.catch(() => {}) // told by finish()
  }

  /** Sends the rest and closes the log at the server. Errors: the signal's reason, when the worker stops before. */
  async finish(): Promise<void> {
    this.#isEnding = true
    this.#wake()
    await this.#done
  }

  async #run(): Promise<void> {
    try {
      while (!(await this.#sendAll())) {
        this.parts.signal.throwIfAborted()
      }
    } catch (error) {
      if (!isFault(error)) throw error
      // The job is somebody else's, or gone, and its log with it.
      this.parts.log.warn(`worker: the log of job ${this.parts.job.jobId} is not sent any further: ${error.message}`)
    } finally {
      this.#watcher?.close()
    }
  }

  /** True once the log is closed at the server. */
  async #sendAll(): Promise<boolean> {
    for (;;) {
      const isEnding = this.#isEnding
      const bytes = await readBytes(this.parts.folder.spool, this.#raw, this.#piece).catch(absent)
      if (bytes.length > 0) {
        this.#raw += bytes.length
        if (!(await this.#deliver(this.#stream.push(bytes)))) continue
        if (this.#stream.held.length === 0) this.#keep()
        if (bytes.length < this.#piece && !this.#isEnding) await this.#pause(BREATH)
      } else if (isEnding) {
        if (!(await this.#deliver(this.#stream.end()))) continue
        const size = await this.#insist(() => this.parts.sink.finish(this.parts.job, this.#sent))
        if (size >= this.#sent) return true
        this.#beginAnew(size)
      } else {
        this.#watcher ??= watchFile(this.parts.folder.spool, () => this.#wake())
        await this.#pause(LOOK)
      }
    }
  }

  /** False when the server has less than we thought, and all begins anew. */
  async #deliver(parts: readonly Buffer[]): Promise<boolean> {
    const bytes = Buffer.concat(parts)
    for (let done = 0; done < bytes.length; ) {
      const piece = bytes.subarray(done, done + this.#piece)
      const end = this.#sent + piece.length
      if (end > this.#there) {
        const size = await this.#append(piece)
        if (size === undefined) continue
        if (size < end) {
          this.#beginAnew(size)
          return false
        }
        this.#there = size
      }
      this.#sent = end
      done += piece.length
    }
    return true
  }

  /** `undefined` when the piece was too large for the server: the next is half of it. */
  async #append(piece: Buffer): Promise<number | undefined> {
    try {
      return await this.#insist(() => this.parts.sink.append(this.parts.job, this.#sent, piece))
    } catch (error) {
      if (!(error instanceof TooLarge) || this.#piece <= SMALLEST) throw error
      this.#piece = Math.max(SMALLEST, Math.floor(this.#piece / 2))
      return undefined
    }
  }

  async #insist<T>(call: () => Promise<T>): Promise<T> {
    const { clock, signal, log, job } = this.parts
    let tooLarge = false
    const once = async () => {
      try {
        return await call()
      } catch (error) {
        tooLarge = error instanceof ApiRefused && error.status === 413 && this.#piece > SMALLEST
        if (tooLarge) return undefined
        throw error
      }
    }
    const onFailure = (error: unknown, pause: number) =>
      log.warn(`worker: the log of job ${job.jobId} waits for the server, ${pause} ms: ${(error as Error).message}`)
    const answer = await untilAccepted(once, { clock, signal, onFailure })
    if (tooLarge) throw new TooLarge()
    return answer as T
  }

  /** The server lost some: everything is read and masked again, and what it has is passed over. */
  #beginAnew(there: number): void {
    this.#raw = this.parts.base
    this.#sent = 0
    this.#there = there
    this.#stream = new MaskStream(this.parts.masker)
  }

  #keep(): void {
    const { folder, job, base } = this.parts
    const kept: Kept = { jobId: job.jobId, fence: job.fence, base, raw: this.#raw, sent: this.#sent }
    writeWhole(folder.sent, JSON.stringify(kept))
  }

  async #pause(ms: number): Promise<void> {
    const { clock, signal } = this.parts
    const woken = new AbortController()
    this.#wake = () => {
      if (this.#isEnding || ms === LOOK) woken.abort()
    }
    if (this.#isEnding) return
    const stop = () => woken.abort()
    signal.addEventListener('abort', stop, { once: true })
    await sleep(clock, ms, woken.signal).catch(() => {})
    signal.removeEventListener('abort', stop)
    signal.throwIfAborted()
  }
}

/** What an earlier worker on this folder kept of a job's log; `undefined` when it kept none, or another job's. */
export function readKept(path: string, job?: HeldJob): Kept | undefined {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
  const kept = parseKept(text)
  // Damaged when the machine went down: all is read again, and the server passes over what it has.
  if (!kept) return job && { ...job, base: 0, raw: 0, sent: 0 }
  return !job || (kept.jobId === job.jobId && kept.fence === job.fence) ? kept : undefined
}

function parseKept(text: string): Kept | undefined {
  try {
    return JSON.parse(text) as Kept
  } catch {
    return undefined
  }
}

class TooLarge extends Error {}

function absent(error: unknown): Buffer {
  if ((error as NodeJS.ErrnoException).code === 'ENOENT') return Buffer.alloc(0)
  throw error
}
