import { type Kysely, sql } from 'kysely'
import type { Tx } from './database.js'
import type { Schema } from './schema.js'

interface Waiting {
  run(tx: Tx): Promise<void>
  done(): void
  fail(error: unknown): void
}

/** What makes commits last, where the database does not by itself. */
export interface Durability {
  /** Throws when nothing may be written any more. */
  check(): void
  /** Resolves when all that was committed is durable. */
  settle(): Promise<void>
}

/** How long what nobody waits for may wait for a commit to share; milliseconds of real time. */
const soon = 100

/** How much may share one commit: bounds how long the first of a batch waits for the last. */
const largestBatch = 64

/**
 * One writer for SQLite: whatever came in while the last commit was being made durable shares the next one.
 * Each work has a savepoint of its own, so that one that fails takes nothing with it.
 */
export class GroupCommit {
  private readonly queue: Waiting[] = []
  private readonly unhurried: Waiting[] = []
  private running: Promise<void> | undefined
  private timer: NodeJS.Timeout | undefined
  /** Whether the unhurried have waited long enough. */
  private isDue = false

  constructor(
    private readonly db: Kysely<Schema>,
    private readonly durability?: Durability,
  ) {}

  /** Resolves once `work` is durable; rejects with its error, or the commit's. */
  run<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      let answer: T
      this.queue.push({
        run: async (tx) => {
          answer = await work(tx)
        },
        done: () => resolve(answer),
        fail: reject,
      })
      this.running ??= this.drain()
    })
  }

  /** Does `work` in the next commit, or soon in one of its own. Nobody hears of its errors. */
  runSoon(work: (tx: Tx) => Promise<unknown>): void {
    this.unhurried.push({ run: async (tx) => void (await work(tx)), done: () => {}, fail: () => {} })
    this.timer ??= setTimeout(() => this.hurry(), soon).unref()
  }

  /** Resolves when nothing waits any more. */
  async drained(): Promise<void> {
    this.hurry()
    while (this.running !== undefined) await this.running
  }

  private hurry(): void {
    clearTimeout(this.timer)
    this.timer = undefined
    this.isDue = this.unhurried.length > 0
    if (this.isDue) this.running ??= this.drain()
  }

  private async drain(): Promise<void> {
    await Promise.resolve() // let callers of the same tick join the first batch
    while (this.queue.length > 0 || (this.isDue && this.unhurried.length > 0)) await this.commit()
    this.isDue = false
    this.running = undefined
  }

  /** Takes what waits, and what comes in while that is worked on: a job that one work queues is claimed by the next. */
  private async commit(): Promise<void> {
    const taken: Waiting[] = []
    const succeeded: Waiting[] = []
    try {
      // The connection is held until the commit is durable: nobody reads, or is told, what a power cut would take back.
      await this.db.connection().execute(async (held) => {
        this.durability?.check()
        await held.transaction().execute(async (tx) => {
          while (taken.length < largestBatch) {
            const work = this.queue.shift() ?? this.unhurried.shift()
            if (!work) return
            taken.push(work)
            if (await this.attempt(tx, work)) succeeded.push(work)
          }
        })
        await this.durability?.settle()
      })
    } catch (error) {
      if (taken.length === 0) taken.push(...this.queue.splice(0), ...this.unhurried.splice(0)) // it could not even begin
      for (const work of taken) work.fail(error) // those that failed by themselves have said why already
      return
    }
    for (const work of succeeded) work.done()
  }

  private async attempt(tx: Tx, work: Waiting): Promise<boolean> {
    await sql`savepoint work`.execute(tx)
    try {
      await work.run(tx)
      await sql`release savepoint work`.execute(tx)
      return true
    } catch (error) {
      await this.undo(tx, error)
      work.fail(error)
      return false
    }
  }

  /** After some errors, such as a full disk, SQLite has undone the whole transaction: then all fails, for the same reason. */
  private async undo(tx: Tx, why: unknown): Promise<void> {
    try {
      await sql`rollback to savepoint work`.execute(tx)
      await sql`release savepoint work`.execute(tx)
    } catch {
      throw why
    }
  }
}
