/** Where logs lie that have ended: small ones stay in the database, others are objects beside the artifacts. */
import { Readable } from 'node:stream'
import type { ArtifactLocation, ArtifactStore } from '../../domain/artifact.js'
import type { Clock } from '../../domain/clock.js'
import type { SharedLog, SharedLogStore } from '../../domain/shared-log.js'

export interface LogArchiveParts {
  readonly store: SharedLogStore
  readonly artifacts: ArtifactStore
  readonly bucket: string
  readonly clock: Clock
}

/** An object for each of many short logs would cost more than it is worth. */
export const isShort = (size: number) => size <= 32 * 1024
const stretch = 1024 * 1024

export class LogArchive {
  constructor(private readonly parts: LogArchiveParts) {}

  /** Finishes a log whose bytes are all in the database. */
  async close(id: string): Promise<void> {
    const { store, clock } = this.parts
    for (;;) {
      const { size = 0, finished = false } = (await store.get(id)) ?? {}
      if (finished) return
      const isObject = !isShort(size)
      if (isObject) await this.put(id, Readable.from(this.#pieces(id, size)))
      const isDone = await store.change(id, clock.now(), async ({ log, set, drop }) => {
        if (log.size !== size) return false // another job of the action writes on
        set({ finished: true, isObject })
        if (isObject) await drop()
        return true
      })
      if (isDone) return
    }
  }

  /** The whole log, in one go. */
  async put(id: string, bytes: Readable): Promise<void> {
    await this.parts.artifacts.put(this.#place(id), bytes, { 'content-type': 'text/plain; charset=utf-8' })
  }

  /** Bytes of a log from an offset on, wherever they lie. */
  async read(id: string, log: SharedLog, from: number, limit: number): Promise<Buffer> {
    const length = Math.min(limit, log.size - from)
    if (length <= 0) return Buffer.alloc(0)
    if (!log.isObject) return this.parts.store.read(id, from, length)
    const found = await this.parts.artifacts.get(this.#place(id), { start: from, end: from + length - 1 })
    const pieces: Buffer[] = []
    if (found) for await (const piece of found.body) pieces.push(piece as Buffer)
    return Buffer.concat(pieces)
  }

  /** What history has forgotten. */
  async forget(ids: readonly string[]): Promise<void> {
    for (const id of ids) await this.parts.artifacts.delete(this.#place(id))
    await this.parts.store.forget(ids)
  }

  async *#pieces(id: string, size: number): AsyncGenerator<Buffer> {
    for (let at = 0; at < size; at += stretch) yield await this.parts.store.read(id, at, Math.min(stretch, size - at))
  }

  #place(id: string): ArtifactLocation {
    return { bucket: this.parts.bucket, key: `penstock-logs/${id.slice(0, 2)}/${id}.log` }
  }
}
