import { EventEmitter } from 'node:events'
import { Kysely, type RawBuilder, SqliteDialect, sql, type Transaction } from 'kysely'
import type { Signal } from '../domain/signal.js'
import { inOurWords, isDamage } from './driver-errors.js'
import { GroupCommit } from './group-commit.js'
import { migrate } from './migrate.js'
import type { Schema } from './schema.js'
import { cacheStatements } from './statement-cache.js'
import { WalSync } from './wal-sync.js'

export { openPostgres } from './postgres.js'

export type DialectName = 'sqlite' | 'postgres'
export type Tx = Transaction<Schema>

/** One open database, SQLite or PostgreSQL, with the same queries on both. */
export interface Database {
  readonly dialect: DialectName
  /** For reads, and for single statements that need no transaction of ours. */
  readonly db: Kysely<Schema>
  /** Whether it has a clock of its own, which all its servers share. SQLite has that of the one server that has it open. */
  readonly hasClock: boolean
  /** This moment in a statement, epoch milliseconds: by its own clock, or `server`, this server's. */
  moment(server: number): RawBuilder<number>
  /**
   * Runs `work` in a transaction: all of it is durable when the promise resolves, or nothing happened.
   * Errors: those of `work`; StorageFull; Busy when another change held what it needs for too long; DatabaseUnavailable.
   * `work` must touch nothing but the database, for on SQLite several share one commit.
   */
  write<T>(work: (tx: Tx) => Promise<T>): Promise<T>
  /**
   * Does `work` in the next commit, or within a tenth of a second in one of its own; a crash may forget it. For what may
   * just as well be done again, and is not worth a commit: nobody waits for it, or hears of its errors.
   */
  writeSoon(work: (tx: Tx) => Promise<unknown>): void
  /** Tells every server on this database that there may be something to see; a hint, never the truth. */
  signal(signal: Signal): void
  /**
   * As `signal`, from inside a transaction and at once: who writes in answer shares its commit. For this server only, and
   * only on SQLite, where the next work of the same commit sees what the one before it wrote.
   */
  hint(signal: Signal): void
  /** Calls back at signals, this server's own included; the answer ends it. */
  onSignal(listener: (signal: Signal) => void): () => void
  /** How the database is, as it was heard of last; absent where it is a part of the process. */
  health?(): DatabaseHealth
  /** Calls back when a statement fails with what only damage of the file explains; absent where the server sees to that. */
  onDamage?(listener: (how: string) => void): void
  close(): Promise<void>
}

export interface DatabaseHealth {
  /** Whether its signals reach this server: without them work begins at the next look, seconds later. */
  readonly hears: boolean
  /** How far this machine's clock is ahead of the database's, milliseconds. */
  readonly aheadMs: number
}

/** How long a change waits for what another one holds; milliseconds. Whoever asked for it is still there to be told. */
const patience = 5000

/** Opens (and creates or migrates) the SQLite file. `:memory:` for tests. Errors: NewerSchema. */
export async function openSqlite(file: string, waitsFor = patience): Promise<Database> {
  const { default: Sqlite } = await import('better-sqlite3')
  const connection = new Sqlite(file)
  // Another answer where there can be none, as in memory: then SQLite itself makes commits durable.
  const journal = connection.pragma('journal_mode = WAL', { simple: true })
  connection.pragma('synchronous = FULL')
  connection.pragma(`busy_timeout = ${waitsFor}`)
  connection.pragma('cache_size = -8000')
  // What a statement of several rows keeps to take itself back: a file of its own each time, otherwise.
  connection.pragma('temp_store = MEMORY')
  // 16 MB of log, written over again and again: pages that every change touches reach the file once in a while only.
  connection.pragma('wal_autocheckpoint = 4000')
  let wal: WalSync | undefined
  const signals = new EventEmitter().setMaxListeners(0)
  const onError = (error: unknown) => {
    if (isDamage(error)) signals.emit('damage', (error as Error).message)
  }
  const db = new Kysely<Schema>({
    dialect: new SqliteDialect({ database: cacheStatements(connection, () => wal?.check(), onError) }),
  })
  await migrate(db, 'sqlite')
  if (journal === 'wal') wal = new WalSync(connection, file)
  const commits = new GroupCommit(db, wal)
  return {
    dialect: 'sqlite',
    db,
    hasClock: false,
    moment: (server) => sql<number>`${server}`,
    write: (work) => inOurWords(file, commits.run(work)),
    writeSoon: (work) => commits.runSoon(work),
    signal: (signal) => void setImmediate(() => signals.emit('signal', signal)),
    hint: (signal) => void signals.emit('signal', signal),
    onSignal: (listener) => subscribe(signals, listener),
    onDamage: (listener) => void signals.on('damage', listener),
    close: async () => {
      await commits.drained()
      await db.destroy()
      wal?.close() // last: a commit that came too late must not take another file's descriptor for the log's
    },
  }
}

function subscribe(signals: EventEmitter, listener: (signal: Signal) => void): () => void {
  signals.on('signal', listener)
  return () => signals.off('signal', listener)
}
