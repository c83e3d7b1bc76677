/** Receives the logs of workers on other machines where several servers share a database: each piece may come to another one. */

import { Fault } from '../../domain/faults.js'
import { isOpen, type Job } from '../../domain/job.js'
import type { LogChange } from '../../domain/shared-log.js'
import type { Signal } from '../../domain/signal.js'
import type { EngineReads } from '../../engine/ports.js'
import type { ReceivedLogs } from '../remote-logs.js'
import type { MaskKeeper } from './masks.js'
import { type WriteOnParts, writeOn } from './write-on.js'

export interface DatabaseLogsParts extends WriteOnParts {
  readonly masks: MaskKeeper
  readonly reads: Pick<EngineReads, 'job' | 'jobOfAction'>
  readonly signal: (signal: Signal) => void
  /** Those of this server's own worker, which are closed with these. */
  readonly own: { close(): Promise<void> }
}

/** How long the rest of a log is waited for once its job has ended, milliseconds; and for a server that may come back. */
const patience = 5 * 60_000
const serverPatience = 24 * 60 * 60_000
const atOnce = 100

export class DatabaseLogs implements ReceivedLogs {
  constructor(private readonly parts: DatabaseLogsParts) {}

  async append(job: Job, offset: number, bytes: Buffer, secrets: readonly string[]): Promise<number> {
    const id = idOf(job)
    const received = await this.#change(job, async (change) => {
      const { log, add, set } = change
      if (offset > log.received) return log.received // something is missing: the worker sends it again
      const fresh = bytes.subarray(log.received - offset)
      if (fresh.length === 0) return log.received
      const { out, sealed } = this.parts.masks.through(id, log.sealed, secrets, fresh)
      await add(out)
      set({ received: log.received + fresh.length, sealed })
      return log.received + fresh.length
    })
    this.parts.signal({ kind: 'log', actionExecutionId: id })
    return received
  }

  async mask(job: Job, value: string, secrets: readonly string[]): Promise<void> {
    const id = idOf(job)
    await this.#change(job, async ({ log, set }) =>
      set({ sealed: this.parts.masks.with(id, log.sealed, [...secrets, value]) }),
    )
  }

  async finish(job: Job, size: number): Promise<number> {
    const id = idOf(job)
    const known = await this.parts.store.get(id)
    if (known?.finished && known.writer === writerOf(job)) return size
    const here = await this.#change(job, async ({ log, add, set }) => {
      if (log.received < size) return log.received
      await add(this.parts.masks.rest(id, log.sealed))
      set({ sealed: undefined })
      return log.received
    })
    if (here >= size) await this.#close(id)
    return here
  }

  /** Ends the logs whose job is over and whose worker says nothing more. Answers how many. */
  async sweep(): Promise<number> {
    const { store, reads, clock } = this.parts
    const now = clock.now()
    const gone = new Set((await store.silentSince(now - serverPatience, atOnce)).map(({ id }) => id))
    let ended = 0
    for (const { id, writer } of await store.silentSince(now - patience, atOnce)) {
      const [jobId, fence] = writer.split(':')
      const job = fence === undefined ? await reads.jobOfAction(id) : await reads.job(jobId ?? '')
      if (job && isOpen(job)) continue
      if (fence === undefined && !gone.has(id)) continue
      await store.change(id, now, async ({ log, add, set }) => {
        await add(this.parts.masks.rest(id, log.sealed))
        set({ sealed: undefined })
      })
      await this.#close(id)
      ended++
    }
    return ended
  }

  close(): Promise<void> {
    return this.parts.own.close() // these are in the database
  }

  async #close(id: string): Promise<void> {
    await this.parts.archive.close(id)
    this.parts.signal({ kind: 'log', actionExecutionId: id })
  }

  /** A change by the job, which goes on where the action's log ended. Errors: InvalidJobStateException once it is finished. */
  async #change<T>(job: Job, work: (change: LogChange) => Promise<T>): Promise<T> {
    const id = idOf(job)
    if (job.status !== 'InProgress' && (await this.parts.store.get(id))?.finished)
      throw new Fault('InvalidJobStateException', `The log of job ${job.id} is finished`)
    return writeOn(this.parts, id, writerOf(job), work)
  }
}

const idOf = ({ data }: Job) => data.actionExecutionId
const writerOf = ({ id, fence }: Job) => `${id}:${fence}`
