import type { OutboxEntry } from '../engine/ports.js'
import type { Database } from './database.js'
import { parse } from './rows.js'

/** On PostgreSQL an entry stays locked while it is told, so that two servers do not tell it both. */
export async function drainOutbox(
  database: Database,
  deliver: (entry: OutboxEntry) => Promise<void>,
  limit: number,
): Promise<number> {
  if (database.dialect === 'sqlite') {
    const rows = await database.db.selectFrom('outbox').selectAll().orderBy('id').limit(limit).execute()
    for (const row of rows) await deliver({ id: row.id, effects: parse(row) })
    const last = rows.at(-1)
    if (last) await database.write((tx) => tx.deleteFrom('outbox').where('id', '<=', last.id).execute())
    return rows.length
  }
  return database.db.transaction().execute(async (tx) => {
    const rows = await tx.selectFrom('outbox').selectAll().orderBy('id').limit(limit).forUpdate().skipLocked().execute()
    for (const row of rows) await deliver({ id: row.id, effects: parse(row) })
    const ids = rows.map((row) => row.id)
    if (ids.length > 0) await tx.deleteFrom('outbox').where('id', 'in', ids).execute()
    return rows.length
  })
}
