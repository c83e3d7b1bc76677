/** Receives the logs of jobs that run on other machines, so that pages follow them as any other. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { appendFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '../domain/clock.js'
import { Fault } from '../domain/faults.js'
import { isOpen, type Job } from '../domain/job.js'
import type { EngineReads } from '../engine/ports.js'
import { fileSize, writeWhole } from '../worker/files.js'
import type { ActionLogs } from '../worker/log-service.js'
import type { LogSpool } from '../worker/log-spool.js'
import { logFile, workFolder } from '../worker/workspace.js'

export interface RemoteLogsParts {
  readonly dataFolder: string
  readonly clock: Clock
  readonly logs: ActionLogs
  readonly reads: Pick<EngineReads, 'job'>
  /** Whether the worker of this process has the action in hand now: its folder is not ours then. */
  readonly isHere: (actionExecutionId: string) => boolean
}

/** Where the logs of workers elsewhere arrive. */
export interface ReceivedLogs {
  /** Adds what is new of `bytes`; answers how many the job has sent. Errors: InvalidJobStateException once it is finished. */
  append(job: Job, offset: number, bytes: Buffer, secrets: readonly string[]): Promise<number>
  /** Masks a value in all that is shown of the job's log from now on. */
  mask(job: Job, value: string, secrets: readonly string[]): Promise<void>
  /** Closes the log when all `size` bytes are here; answers how many are. */
  finish(job: Job, size: number): Promise<number>
  /** Ends the logs whose job is over and whose worker says nothing more. Answers how many. */
  sweep(): Promise<number>
  /** Lets all files go; the next start takes them up. */
  close(): Promise<void>
}

/** Which job a spool is for, and at which byte of it this job began. Kept beside the spool. */
interface Marker {
  readonly jobId: string
  readonly fence: number
  readonly base: number
}

interface Received {
  readonly marker: Marker
  readonly spool: LogSpool
  touched: number
}

/** How long the rest of a log is waited for once its job has ended, milliseconds. */
const patience = 5 * 60_000

/** Logs arrive masked by their workers; here they are masked once more with what this server knows to be secret. */
export class RemoteLogs implements ReceivedLogs {
  readonly #open = new Map<string, Received>()
  /** By action: what is done to its log, one thing after the other. */
  readonly #turns = new Map<string, Promise<unknown>>()
  /** By action: when this server first saw a log that an earlier one had received. */
  readonly #seen = new Map<string, number>()

  constructor(private readonly parts: RemoteLogsParts) {}

  append(job: Job, offset: number, bytes: Buffer, secrets: readonly string[]): Promise<number> {
    return this.#inTurn(job, async () => {
      const { marker } = this.#received(job, secrets)
      const size = await this.#size(job, marker)
      if (offset > size) return size // something is missing: the worker sends it again
      const fresh = bytes.subarray(size - offset)
      if (fresh.length > 0) await appendFile(this.#folder(job).spool, fresh)
      return size + fresh.length
    })
  }

  async mask(job: Job, value: string, secrets: readonly string[]): Promise<void> {
    await this.#inTurn(job, async () => this.#received(job, secrets).spool.mask(value))
  }

  finish(job: Job, size: number): Promise<number> {
    return this.#inTurn(job, async () => {
      if (this.#isFinished(job)) return size
      const { marker } = this.#received(job, [])
      const here = await this.#size(job, marker)
      if (here >= size) await this.#end(job.data.actionExecutionId)
      return here
    })
  }

  async sweep(): Promise<number> {
    let ended = 0
    for (const id of this.#remoteIds()) {
      const marker = readMarker(workFolder(this.parts.dataFolder, id).remote)
      const job = marker && (await this.parts.reads.job(marker.jobId))
      if (job && isOpen(job)) continue
      const { spool } = workFolder(this.parts.dataFolder, id)
      const touched = this.#open.get(id)?.touched ?? this.#noteSeen(id)
      if (job && this.parts.clock.now() - touched < patience && existsSync(spool)) continue
      await this.#turn(id, () => this.#end(id))
      ended++
    }
    return ended
  }

  /** Also those of this process's own worker. */
  async close(): Promise<void> {
    for (const { spool } of this.#open.values()) spool.close()
    this.#open.clear()
    await this.parts.logs.close()
  }

  /** A spool that an earlier server received: it has all its patience from now on. */
  #noteSeen(id: string): number {
    const seen = this.#seen.get(id) ?? this.parts.clock.now()
    this.#seen.set(id, seen)
    return seen
  }

  #received(job: Job, secrets: readonly string[]): Received {
    const id = job.data.actionExecutionId
    const open = this.#open.get(id)
    if (open && isOf(open.marker, job)) {
      open.touched = this.parts.clock.now()
      return open
    }
    if (this.#isFinished(job)) throw new Fault('InvalidJobStateException', `The log of job ${job.id} is finished`)
    open?.spool.close()
    const spool = this.parts.logs.open(id)
    for (const secret of secrets) spool.mask(secret)
    const received = { marker: this.#markerOf(job, spool), spool, touched: this.parts.clock.now() }
    this.#open.set(id, received)
    return received
  }

  #markerOf(job: Job, spool: LogSpool): Marker {
    const known = readMarker(spool.folder.remote)
    if (known && isOf(known, job)) return known
    const marker = { jobId: job.id, fence: job.fence, base: spool.size() }
    writeWhole(spool.folder.remote, JSON.stringify(marker))
    return marker
  }

  /** A log is begun for a job in progress alone: what ended and has no spool was finished. */
  #isFinished(job: Job): boolean {
    if (job.status === 'InProgress') return false
    const { dataFolder } = this.parts
    const { actionExecutionId } = job.data
    return !existsSync(this.#folder(job).spool) && existsSync(logFile(dataFolder, actionExecutionId))
  }

  async #size(job: Job, { base }: Marker): Promise<number> {
    return Math.max(0, ((await fileSize(this.#folder(job).spool)) ?? base) - base)
  }

  async #end(id: string): Promise<void> {
    const { dataFolder, logs, isHere } = this.parts
    const { root, remote } = workFolder(dataFolder, id)
    this.#open.get(id)?.spool.close()
    this.#open.delete(id)
    this.#seen.delete(id)
    if (isHere(id)) return rm(remote, { force: true })
    await logs.finish(id)
    await rm(root, { recursive: true, force: true, maxRetries: 3 })
  }

  #folder({ data }: Job) {
    return workFolder(this.parts.dataFolder, data.actionExecutionId)
  }

  #remoteIds(): string[] {
    const work = join(this.parts.dataFolder, 'work')
    return existsSync(work) ? readdirSync(work).filter((id) => existsSync(join(work, id, 'remote'))) : []
  }

  #inTurn<T>({ data }: Job, work: () => Promise<T>): Promise<T> {
    return this.#turn(data.actionExecutionId, work)
  }

  #turn<T>(id: string, work: () => Promise<T>): Promise<T> {
    const turn = (this.#turns.get(id) ?? Promise.resolve()).then(work, work)
    const done = turn
      .catch(() => {})
      .finally(() => {
        if (this.#turns.get(id) === done) this.#turns.delete(id)
      })
    this.#turns.set(id, done)
    return turn
  }
}

const isOf = ({ jobId, fence }: Marker, job: Job) => jobId === job.id && fence === job.fence

function readMarker(path: string): Marker | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Marker
  } catch {
    return undefined
  }
}
