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
 * `check` is asked before each: it throws when nothing may be read or written any more.
 */
export function cacheStatements(connection: Sqlite.Database, check = () => {}): SqliteDatabase {
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
      const statement = connection.prepare(text) as unknown as SqliteStatement
      kept.set(text, statement)
      const [oldest] = kept.keys()
      if (kept.size > size && oldest !== undefined) kept.delete(oldest)
      return statement
    },
  }
}
