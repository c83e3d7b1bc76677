import type { EngineStore } from '../engine/ports.js'
import type { Database } from './database.js'
import { parse } from './rows.js'

type Drain = EngineStore['drainOutbox']

/** Tells what waits in the outbox, in order and at least once. */
export function createOutbox(database: Database): Drain {
  return database.dialect === 'sqlite' ? inOneProcess(database) : amongServers(database)
}

/** Nobody else reads it, so that what was told is remembered at once, and forgotten with the next commit. */
function inOneProcess(database: Database): Drain {
  let told = 0
  return async (deliver, limit) => {
    const rows = await database.db
      .selectFrom('outbox')
      .selectAll()
      .where('id', '>', told)
      .orderBy('id')
      .limit(limit)
      .execute()
    for (const row of rows) {
      await deliver({ id: row.id, effects: parse(row) })
      told = row.id
    }
    if (rows.length > 0) database.writeSoon((tx) => tx.deleteFrom('outbox').where('id', '<=', told).execute())
    return rows.length
  }
}

/** An entry stays locked while it is told, so that two servers do not tell it both. */
function amongServers(database: Database): Drain {
  return (deliver, limit) =>
    database.db.transaction().execute(async (tx) => {
      const rows = await tx
        .selectFrom('outbox')
        .selectAll()
        .orderBy('id')
        .limit(limit)
        .forUpdate()
        .skipLocked()
        .execute()
      for (const row of rows) await deliver({ id: row.id, effects: parse(row) })
      const ids = rows.map((row) => row.id)
      if (ids.length > 0) await tx.deleteFrom('outbox').where('id', 'in', ids).execute()
      return rows.length
    })
}
