/** The logs of this server's own worker, given to the other servers: whole when they end, and while they grow to who reads them. */

import { existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { sleep } from '../../domain/clock.js'
import type { SharedLog } from '../../domain/shared-log.js'
import type { Signal } from '../../domain/signal.js'
import type { EngineReads } from '../../engine/ports.js'
import type { Logger } from '../../host/plugin.js'
import { readBytes } from '../../worker/files.js'
import { ActionLogs } from '../../worker/log-service.js'
import type { LogSpool } from '../../worker/log-spool.js'
import { untilAccepted } from '../../worker/retry.js'
import { logFile, workFolder } from '../../worker/workspace.js'
import { isShort } from './archive.js'
import { type WriteOnParts, writeOn } from './write-on.js'

export interface PublishedLogsParts extends WriteOnParts {
  readonly dataFolder: string
  readonly reads: Pick<EngineReads, 'jobOfAction'>
  /** This server's worker. */
  readonly writer: string
  readonly log: Logger
  readonly signal: (signal: Signal) => void
  readonly onSignal: (listener: (signal: Signal) => void) => () => void
}

/** Who reads on asks again well within this time, milliseconds. */
export const wantedFor = 30_000
const breath = 400
const piece = 1024 * 1024

/** A log of ours that has ended: which file it is tells it from one that another job of the same action makes later. */
interface EndedLog {
  readonly size: number
  readonly ending: string
}

export class PublishedLogs extends ActionLogs {
  readonly #stop = new AbortController()
  readonly #publishing = new Map<string, Promise<void>>()
  readonly #unsubscribe: () => void

  constructor(readonly parts: PublishedLogsParts) {
    super(parts.dataFolder)
    this.#unsubscribe = parts.onSignal((signal) => {
      if (signal.kind === 'log-wanted') this.#give(signal.actionExecutionId)
    })
  }

  /** True when this server's data folder has it. */
  has(id: string): boolean {
    return existsSync(workFolder(this.dataFolder, id).spool) || existsSync(logFile(this.dataFolder, id))
  }

  /** True while a job of ours writes it. */
  isWriting(id: string): boolean {
    return existsSync(workFolder(this.dataFolder, id).spool)
  }

  /** The log that a job before has ended is here only when a crash kept it from being given away: this one has it, too. */
  override open(id: string): LogSpool {
    if (existsSync(logFile(this.dataFolder, id)) && !this.isWriting(id)) {
      mkdirSync(workFolder(this.dataFolder, id).root, { recursive: true, mode: 0o700 })
      writeFileSync(this.#wholeMark(id), '')
    }
    return super.open(id)
  }

  /** Gives it to the other servers, too. Errors: when the server stops before; the next start does it again. */
  override async finish(id: string): Promise<void> {
    await super.finish(id)
    await this.#publishing.get(id)
    const ended = endedLog(logFile(this.dataFolder, id))
    if (ended === undefined) return
    const { clock, log, signal } = this.parts
    await untilAccepted(() => this.#publishWhole(id, ended), {
      clock,
      signal: this.#stop.signal,
      onFailure: (error, pause) =>
        log.warn(`the log of action ${id} cannot be given to the other servers yet, again in ${pause} ms`, {
          error: (error as Error).message,
        }),
    })
    signal({ kind: 'log', actionExecutionId: id })
    await super.forget([id]) // from now on the database tells where it is
  }

  override async forget(ids: readonly string[]): Promise<void> {
    await super.forget(ids)
    await this.parts.archive.forget(ids)
  }

  override async close(): Promise<void> {
    this.#unsubscribe()
    this.#stop.abort(new Error('the server stops'))
    await Promise.all(this.#publishing.values())
    await super.close()
  }

  async #publishWhole(id: string, { size, ending }: EndedLog): Promise<void> {
    const { store, archive, writer, reads } = this.parts
    const known = await store.get(id)
    const isFinished = known?.finished && known.writer === writer && known.received === size
    if (isFinished && (known.ending === undefined || known.ending === ending)) return
    if (known === undefined && isShort(size)) return this.#publishShort(id, { size, ending })
    const isOthers = known !== undefined && known.size > 0 && known.writer !== writer
    const job = isOthers ? await reads.jobOfAction(id) : undefined
    if (job && job.workerId !== writer) return // they went on without this server
    await this.#send(id, size)
    await archive.close(id, ending)
  }

  /** Most logs are short, and nobody read them elsewhere while they grew: one transaction is enough. */
  async #publishShort(id: string, { size, ending }: EndedLog): Promise<void> {
    const { store, clock, writer } = this.parts
    const bytes = await readBytes(logFile(this.dataFolder, id), 0, size)
    await store.change(id, clock.now(), async ({ replace, set }) => {
      await replace(bytes)
      set({ writer, base: 0, received: size, finished: true, ending })
    })
  }

  #give(id: string): void {
    if (this.#stop.signal.aborted || this.#publishing.has(id) || !this.isWriting(id)) return
    const giving = this.#giveWhileWanted(id)
      .catch((error: Error) => {
        if (!this.#stop.signal.aborted)
          this.parts.log.warn(`the log of action ${id} could not be given to another server`, { error: error.message })
      })
      .finally(() => this.#publishing.delete(id))
    this.#publishing.set(id, giving)
  }

  async #giveWhileWanted(id: string): Promise<void> {
    const { clock, store } = this.parts
    while (this.isWriting(id) && (await store.isWanted(id, clock.now() - wantedFor))) {
      const size = (await this.size(id)) ?? 0
      if (await this.#send(id, size)) this.parts.signal({ kind: 'log', actionExecutionId: id })
      await sleep(clock, breath, this.#stop.signal)
    }
  }

  /** Adds what the database lacks of the first `size` bytes. Answers whether there was anything. */
  async #send(id: string, size: number): Promise<boolean> {
    const { store, writer } = this.parts
    const file = logFile(this.dataFolder, id)
    const known = await store.get(id)
    const isAnother = this.#isAnother(id, known)
    const from = known?.writer === writer && !isAnother ? known.received : 0
    for (let at = from; at < size; ) {
      const bytes = await readBytes(file, at, Math.min(piece, size - at))
      at = await writeOn(this.parts, id, writer, async (change) => {
        const { size: base, ending } = change.log
        if (isAnother && ending !== undefined) change.set({ base, received: 0 })
        const { received } = change.log
        if (received !== at) return received
        await change.add(bytes)
        change.set({ received: at + bytes.length, ending: undefined })
        return at + bytes.length
      })
    }
    return size > from
  }

  /** The file here is that of a later job of the same action, and does not have what is in the database. */
  #isAnother(id: string, known: SharedLog | undefined): boolean {
    if (known?.writer !== this.parts.writer || known.ending === undefined) return false
    return known.finished && !existsSync(this.#wholeMark(id))
  }

  #wholeMark(id: string): string {
    return join(workFolder(this.dataFolder, id).root, 'whole')
  }
}

function endedLog(path: string): EndedLog | undefined {
  const found = statSync(path, { bigint: true, throwIfNoEntry: false })
  return found && { size: Number(found.size), ending: String(found.mtimeNs) }
}
