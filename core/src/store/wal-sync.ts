import { closeSync, fdatasync, fstatSync, fsyncSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import { promisify } from 'node:util'
import type Sqlite from 'better-sqlite3'

const dataSync = promisify(fdatasync)

/** Writes reached the log and may not survive a power cut: the system refused to say that they are on the disk. */
export class NotDurable extends Error {
  override readonly name = 'NotDurable'

  constructor(file: string, cause: unknown) {
    super(`${file} may have lost its last changes: its disk refused them, so mend it and restart the server`, { cause })
  }
}

/**
 * Makes what was committed durable, as SQLite's `synchronous = FULL` does with each commit, but off the server's thread:
 * a disk takes from a tenth of a millisecond to many, in which requests, steps and plugins go on. SQLite itself runs with
 * `NORMAL`, where a commit is in the log file when it returns, and checkpoints sync the log before the database's pages.
 * One file descriptor serves for good: while a connection is open, the log is overwritten and never replaced; should
 * somebody take it away nevertheless, that is found out before anything is called durable. Other processes' commits are in
 * the same file, so that whatever ours build on is synced with them.
 */
export class WalSync {
  readonly #file: number
  readonly #changes: Sqlite.Statement<[], number>
  #synced: number
  #failure: NotDurable | undefined

  /** To be made once the database is migrated: its log exists then. */
  constructor(
    readonly connection: Sqlite.Database,
    readonly path: string,
  ) {
    this.#file = openSync(`${path}-wal`, 'r')
    this.#changes = connection.prepare<[], number>('select total_changes()').pluck()
    this.#synced = this.#changes.get() ?? 0
    // What an earlier life could not sync may be in the system's memory alone, which calls it clean, and later commits
    // would be lost behind it: so all of it is written once more, into the database's own pages.
    connection.pragma('wal_checkpoint(PASSIVE)')
    fsyncSync(this.#file)
    syncFolder(dirname(path)) // the name of the log, which may be new
    connection.pragma('synchronous = NORMAL')
  }

  /** Resolves when all that was committed before is durable; at once when nothing was. Errors: NotDurable. */
  async settle(): Promise<void> {
    this.check()
    const changes = this.#changes.get() ?? 0
    if (changes === this.#synced) return
    try {
      await dataSync(this.#file)
      if (fstatSync(this.#file).nlink === 0) throw new Error(`${this.path}-wal was removed under the server`)
    } catch (error) {
      // The system may have dropped what it could not write, and would call the next try a success.
      this.#failure = new NotDurable(this.path, error)
      throw this.#failure
    }
    this.#synced = changes
  }

  /** Errors: NotDurable, once a sync has failed: nothing may be built on what may be gone, nor shown to anybody. */
  check(): void {
    if (this.#failure !== undefined) throw this.#failure
  }

  close(): void {
    closeSync(this.#file)
  }
}

function syncFolder(path: string): void {
  const folder = openSync(path, 'r')
  try {
    fsyncSync(folder)
  } finally {
    closeSync(folder)
  }
}
