import type { AuditEntry } from '../domain/access.js'
import type { AuditStore } from '../domain/access-store.js'
import type { Database } from './database.js'

/** Entries deleted in one transaction. */
const batch = 1_000

/** The audit log, in the database. */
export class SqlAuditStore implements AuditStore {
  constructor(private readonly database: Database) {}

  async add(entry: AuditEntry): Promise<void> {
    await this.database.write(async (tx) => {
      await tx
        .insertInto('audit')
        .values({ ...entry, detail: entry.detail ?? null })
        .execute()
    })
  }

  async page(before: number | undefined, limit: number): Promise<AuditEntry[]> {
    let query = this.database.db.selectFrom('audit').selectAll().orderBy('at', 'desc').orderBy('id', 'desc')
    if (before !== undefined) query = query.where('at', '<', before)
    const rows = await query.limit(limit).execute()
    const last = rows.at(-1)
    if (last && rows.length === limit)
      rows.push(...(await query.where('at', '=', last.at).where('id', '<', last.id).execute()))
    return rows.map(({ at, principal, operation, target, result, detail }) => ({
      at,
      principal,
      operation,
      target,
      result,
      ...(detail === null ? {} : { detail }),
    }))
  }

  /** A few thousand at a time: others write in between. */
  async deleteBefore(at: number): Promise<void> {
    for (let deleted = batch; deleted === batch; ) {
      deleted = await this.database.write(async (tx) => {
        const old = await tx.selectFrom('audit').select('id').where('at', '<', at).orderBy('at').limit(batch).execute()
        if (old.length > 0) {
          const ids = old.map(({ id }) => id)
          await tx.deleteFrom('audit').where('id', 'in', ids).execute()
        }
        return old.length
      })
    }
  }
}
