import type { AuditEntry } from '../domain/access.js'
import type { AuditStore } from '../domain/access-store.js'
import type { Database } from './database.js'

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
    let query = this.database.db.selectFrom('audit').selectAll().orderBy('id', 'desc')
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

  async deleteBefore(at: number): Promise<void> {
    await this.database.write(async (tx) => {
      await tx.deleteFrom('audit').where('at', '<', at).execute()
    })
  }
}
