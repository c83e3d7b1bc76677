import { open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type Clock, within } from '../domain/clock.js'
import { reason } from '../host/contain.js'

/** Bytes: more than a file system keeps inside a folder's own entry, and than SQLite's log may still have room for. */
const probe = Buffer.alloc(64 * 1024, 1)

/** Milliseconds that an answer is good for, and that one is waited for. */
const fresh = 2_000
const patience = 5_000
/** How long an answer of the artifact store is good for: it is asked over the network. */
const artifactsFresh = 15_000

export interface StorageWatchParts {
  readonly clock: Clock
  readonly dataFolder: string
  /** A small durable write into the database. Errors: as the database has them. */
  write(): Promise<void>
  /** What is wrong with the artifact store, when that is elsewhere. */
  readonly artifacts?: () => Promise<string | undefined>
}

/** Tells whether what a server must write can be written: its files and its database. */
export class StorageWatch {
  #asked: { readonly at: number; readonly answer: Promise<string | undefined> } | undefined

  #artifacts: { readonly at: number; readonly answer: Promise<string | undefined> } | undefined
  #damage: string | undefined

  constructor(private readonly parts: StorageWatchParts) {}

  /** The database is damaged: from now on that is what is wrong. */
  damaged(how: string): void {
    this.#damage = `the database is damaged (${how}): stop the server, and bring a backup back with penstock restore`
  }

  /** What is wrong, in words; `undefined` when a file and a row were written just now. Asks once for all who ask at a time. */
  async problem(): Promise<string | undefined> {
    return this.#damage ?? (await this.#own()) ?? (await this.artifactProblem())
  }

  /** The store's answer may take longer than who asks can wait: then the one before counts. */
  async artifactProblem(): Promise<string | undefined> {
    const { clock, artifacts } = this.parts
    if (artifacts === undefined) return undefined
    const now = clock.now()
    if (this.#artifacts === undefined || now - this.#artifacts.at >= artifactsFresh)
      this.#artifacts = {
        at: now,
        answer: artifacts().then((why) => why && `artifacts cannot be kept: ${why}`, reason),
      }
    return within(clock, patience, this.#artifacts.answer, () => 'the artifact store does not answer')
  }

  #own(): Promise<string | undefined> {
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
