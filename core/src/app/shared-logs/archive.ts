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

  /** Finishes a log whose bytes are all in the database. Errors: that they are not. */
  async close(id: string, ending?: string): Promise<void> {
    const { store, clock } = this.parts
    for (;;) {
      const { size = 0, finished = false } = (await store.get(id)) ?? {}
      if (finished) return
      const isObject = !isShort(size)
      if (isObject && !(await this.#put(id, size))) continue
      const isDone = await store.change(id, clock.now(), async ({ log, set, drop }) => {
        if (log.size !== size) return false // another job of the action writes on
        if (log.finished) return true // another server closed it
        set({ finished: true, isObject, ending })
        if (isObject) await drop()
        return true
      })
      if (isDone) return
    }
  }

  /** Bytes of a log from an offset on, wherever they lie; fewer than there should be when they lie nowhere. */
  async read(id: string, log: SharedLog, from: number, limit: number): Promise<Buffer> {
    const length = Math.min(limit, log.size - from)
    if (length <= 0) return Buffer.alloc(0)
    const bytes = await this.#readWhere(log.isObject, id, log.size, from, length)
    if (bytes.length === length) return bytes
    const now = await this.parts.store.get(id) // it may have gone from the one place to the other meanwhile
    if (now === undefined || (now.isObject === log.isObject && now.size === log.size)) return bytes
    return this.read(id, now, from, length)
  }

  /** All of an ended log. Errors: that the artifact store has lost it. */
  async readAll(id: string, log: SharedLog): Promise<Buffer> {
    const bytes = await this.read(id, log, 0, log.size)
    if (bytes.length === log.size) return bytes
    const { bucket, key } = this.#place(id, log.size)
    throw new Error(`the log's first ${log.size} bytes should be in ${bucket}/${key}, which has ${bytes.length}`)
  }

  /** What history has forgotten. */
  async forget(ids: readonly string[]): Promise<void> {
    const { store, artifacts, bucket } = this.parts
    for (const id of ids) {
      const log = await store.get(id)
      if (!log?.isObject) continue
      // Also those of its earlier ends, which another job wrote on from.
      const left = (await artifacts.list?.(bucket, { prefix: prefixOf(id) })) ?? [this.#place(id, log.size)]
      for (const { key } of left) await artifacts.delete({ bucket, key })
    }
    await store.forget(ids)
  }

  /** False when the bytes went elsewhere meanwhile. Errors: that they are nowhere; the artifact store's. */
  async #put(id: string, size: number): Promise<boolean> {
    const { store, artifacts } = this.parts
    try {
      const bytes = Readable.from(this.#pieces(id, size))
      await artifacts.put(this.#place(id, size), bytes, { 'content-type': 'text/plain; charset=utf-8' })
      return true
    } catch (error) {
      const now = await store.get(id)
      if (now?.finished || now?.size !== size) return false
      throw error
    }
  }

  async #readWhere(isObject: boolean, id: string, size: number, from: number, length: number): Promise<Buffer> {
    if (!isObject) return this.parts.store.read(id, from, length)
    const found = await this.parts.artifacts.get(this.#place(id, size), { start: from, end: from + length - 1 })
    const pieces: Buffer[] = []
    if (found) for await (const piece of found.body) pieces.push(piece as Buffer)
    return Buffer.concat(pieces)
  }

  /** Never an object that lacks some: another server that closes the same log takes them from the database. */
  async *#pieces(id: string, size: number): AsyncGenerator<Buffer> {
    for (let at = 0; at < size; at += stretch) {
      const wanted = Math.min(stretch, size - at)
      const bytes = await this.parts.store.read(id, at, wanted)
      if (bytes.length !== wanted) throw new Error(`the database lacks bytes of the log from ${at + bytes.length} on`)
      yield bytes
    }
  }

  /** A log only grows: what has its size has its bytes, whichever server puts them there, and however late. */
  #place(id: string, size: number): ArtifactLocation {
    return { bucket: this.parts.bucket, key: `${prefixOf(id)}${size}.log` }
  }
}

const prefixOf = (id: string) => `penstock-logs/${id.slice(0, 2)}/${id}-`
