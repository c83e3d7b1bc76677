import type Sqlite from 'better-sqlite3'
import type { SqliteDatabase, SqliteStatement } from 'kysely'

/** How many prepared statements are kept: the queries there are, and the commonest lengths of their IN lists. */
const size = 400

/** SQLite undoes a transaction by itself when the disk is full; a rollback that fails then would hide that reason. */
const nothing: SqliteStatement = {
  reader: false,
  all: () => [],
  run: () => ({ changes: 0, lastInsertRowid: 0 }),
  iterate: () => [][Symbol.iterator](),
}

/**
 * Keeps prepared statements, so that a query is compiled by SQLite once, not each time Kysely runs it.
 * `check` is asked before each: it throws when nothing may be read or written any more. `onError` hears of what a statement
 * threw, before whoever ran it does.
 */
export function cacheStatements(
  connection: Sqlite.Database,
  check = () => {},
  onError: (error: unknown) => void = () => {},
): SqliteDatabase {
  const kept = new Map<string, SqliteStatement>()
  return {
    close: () => connection.close(),
    prepare(text) {
      if (text === 'rollback' && !connection.inTransaction) return nothing
      check()
      const known = kept.get(text)
      if (known) {
        kept.delete(text)
        kept.set(text, known)
        return known
      }
      const statement = heard(() => connection.prepare(text) as unknown as SqliteStatement, onError)
      kept.set(text, statement)
      const [oldest] = kept.keys()
      if (kept.size > size && oldest !== undefined) kept.delete(oldest)
      return statement
    },
  }
}

/** A statement whose errors are told of. */
function heard(prepare: () => SqliteStatement, onError: (error: unknown) => void): SqliteStatement {
  const tell = <T>(work: () => T): T => {
    try {
      return work()
    } catch (error) {
      onError(error)
      throw error
    }
  }
  const statement = tell(prepare)
  return {
    reader: statement.reader,
    all: (parameters) => tell(() => statement.all(parameters)),
    run: (parameters) => tell(() => statement.run(parameters)),
    iterate: (parameters) => tell(() => statement.iterate(parameters)),
  }
}
