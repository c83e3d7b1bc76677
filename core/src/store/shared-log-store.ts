import { sql } from 'kysely'
import type { LogChange, SharedLog, SharedLogStore } from '../domain/shared-log.js'
import type { Database, Tx } from './database.js'

type Doc = Omit<SharedLog, 'size' | 'finished'>

/** Small enough for a row that a page is served from. */
const largestPiece = 256 * 1024
const none: Doc = { isObject: false, writer: '', base: 0, received: 0 }

export function sharedLogStore(database: Database): SharedLogStore {
  const { db } = database
  return {
    async get(id) {
      const row = await db
        .selectFrom('shared_logs')
        .select(['size', 'finished', 'doc'])
        .where('action_execution_id', '=', id)
        .executeTakeFirst()
      return row && logOf(row)
    },
    change: (id, now, work) => database.write((tx) => change(tx, id, now, work)),
    async read(id, from, limit) {
      const rows = await db
        .selectFrom('log_pieces')
        .select(['at', 'bytes'])
        .where('action_execution_id', '=', id)
        .where('at', '<', from + limit)
        .where(sql<number>`at + size`, '>', from)
        .orderBy('at')
        .execute()
      const first = rows[0]
      return first
        ? Buffer.concat(rows.map(({ bytes }) => bytes)).subarray(from - first.at, from - first.at + limit)
        : Buffer.alloc(0)
    },
    async want(id, now) {
      await database.write(async (tx) => {
        await make(tx, id, now)
        await tx.updateTable('shared_logs').set({ wanted: now }).where('action_execution_id', '=', id).execute()
      })
    },
    async isWanted(id, since) {
      const row = await db
        .selectFrom('shared_logs')
        .select('wanted')
        .where('action_execution_id', '=', id)
        .executeTakeFirst()
      return (row?.wanted ?? 0) >= since
    },
    async silentSince(before, limit) {
      const rows = await db
        .selectFrom('shared_logs')
        .select(['action_execution_id', 'doc'])
        .where('finished', '=', 0)
        .where('touched', '<', before)
        .orderBy('touched')
        .limit(limit)
        .execute()
      return rows.map((row) => ({ id: row.action_execution_id, writer: (JSON.parse(row.doc) as Doc).writer }))
    },
    async forget(ids) {
      if (ids.length === 0) return
      await database.write(async (tx) => {
        for (const table of ['shared_logs', 'log_pieces'] as const)
          await tx.deleteFrom(table).where('action_execution_id', 'in', ids).execute()
      })
    },
  }
}

function logOf(row: { readonly size: number; readonly finished: number; readonly doc: string }): SharedLog {
  return { ...(JSON.parse(row.doc) as Doc), size: row.size, finished: row.finished === 1 }
}

async function make(tx: Tx, id: string, now: number): Promise<void> {
  await tx
    .insertInto('shared_logs')
    .values({ action_execution_id: id, size: 0, finished: 0, touched: now, wanted: 0, doc: JSON.stringify(none) })
    .onConflict((conflict) => conflict.column('action_execution_id').doNothing())
    .execute()
}

async function change<T>(tx: Tx, id: string, now: number, work: (change: LogChange) => Promise<T>): Promise<T> {
  await make(tx, id, now)
  // The update locks the row, on both databases.
  const row = await tx
    .updateTable('shared_logs')
    .set({ touched: now })
    .where('action_execution_id', '=', id)
    .returning(['size', 'finished', 'doc'])
    .executeTakeFirstOrThrow()
  let log = logOf(row)
  const drop = async () => {
    await tx.deleteFrom('log_pieces').where('action_execution_id', '=', id).execute()
  }
  const answer = await work({
    get log() {
      return log
    },
    add: async (bytes) => {
      log = { ...log, size: await addPieces(tx, id, log.size, bytes) }
    },
    drop,
    replace: async (bytes) => {
      await drop()
      log = { ...log, size: await addPieces(tx, id, 0, bytes) }
    },
    set: (values) => {
      log = { ...log, ...values }
    },
  })
  const { size, finished, ...doc } = log
  await tx
    .updateTable('shared_logs')
    .set({ size, finished: finished ? 1 : 0, doc: JSON.stringify(doc) })
    .where('action_execution_id', '=', id)
    .execute()
  return answer
}

async function addPieces(tx: Tx, id: string, from: number, bytes: Buffer): Promise<number> {
  for (let done = 0; done < bytes.length; done += largestPiece) {
    const piece = Buffer.from(bytes.subarray(done, done + largestPiece))
    const values = { action_execution_id: id, at: from + done, size: piece.length, bytes: piece }
    await tx.insertInto('log_pieces').values(values).execute()
  }
  return from + bytes.length
}
