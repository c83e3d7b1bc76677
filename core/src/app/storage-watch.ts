import { open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type Clock, within } from '../domain/clock.js'
import { reason } from '../host/contain.js'

/** Bytes: more than a file system keeps inside a folder's own entry, and than SQLite's log may still have room for. */
const probe = Buffer.alloc(64 * 1024, 1)

/** Milliseconds that an answer is good for, and that one is waited for. */
const fresh = 2_000
const patience = 5_000

export interface StorageWatchParts {
  readonly clock: Clock
  readonly dataFolder: string
  /** A small durable write into the database. Errors: as the database has them. */
  write(): Promise<void>
}

/** Tells whether what a server must write can be written: its files and its database. */
export class StorageWatch {
  #asked: { readonly at: number; readonly answer: Promise<string | undefined> } | undefined

  constructor(private readonly parts: StorageWatchParts) {}

  /** What is wrong, in words; `undefined` when a file and a row were written just now. Asks once for all who ask at a time. */
  problem(): Promise<string | undefined> {
    const now = this.parts.clock.now()
    if (this.#asked === undefined || now - this.#asked.at >= fresh) this.#asked = { at: now, answer: this.#ask() }
    return this.#asked.answer
  }

  async #ask(): Promise<string | undefined> {
    try {
      await writeAndRemove(join(this.parts.dataFolder, `.probe-${process.pid}`))
    } catch (error) {
      return `the data folder ${this.parts.dataFolder} cannot be written: ${reason(error)}`
    }
    return this.#askDatabase()
  }

  async #askDatabase(): Promise<string | undefined> {
    const written = this.parts.write().then(
      () => undefined,
      (error: unknown) => `the database cannot be written: ${reason(error)}`,
    )
    const late = () => `the database took no write within ${patience / 1000} s`
    return within(this.parts.clock, patience, written, late)
  }
}

/** Some file systems find only at the end that there is no room: so it is synced. */
async function writeAndRemove(file: string): Promise<void> {
  const handle = await open(file, 'w', 0o600)
  try {
    await handle.write(probe)
    await handle.datasync()
  } finally {
    await handle.close()
    await rm(file, { force: true })
  }
}
