import type Sqlite from 'better-sqlite3'
import type { SqliteDatabase, SqliteStatement } from 'kysely'

/** How many prepared statements are kept: the queries there are, and the commonest lengths of their IN lists. */
const size = 400

/** Keeps prepared statements, so that a query is compiled by SQLite once, not each time Kysely runs it. */
export function cacheStatements(connection: Sqlite.Database): SqliteDatabase {
  const kept = new Map<string, SqliteStatement>()
  return {
    close: () => connection.close(),
    prepare(text) {
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
