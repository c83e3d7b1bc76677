import type { Database } from './database.js'

/** Small facts about this installation, by name. */
export class MetaStore {
  constructor(private readonly database: Database) {}

  async get(key: string): Promise<string | undefined> {
    const row = await this.database.db.selectFrom('meta').select('value').where('key', '=', key).executeTakeFirst()
    return row?.value
  }

  /** The keys that begin so, in their order. */
  async withPrefix(prefix: string): Promise<string[]> {
    const after = `${prefix.slice(0, -1)}${String.fromCharCode(prefix.charCodeAt(prefix.length - 1) + 1)}`
    const rows = await this.database.db
      .selectFrom('meta')
      .select('key')
      .where('key', '>=', prefix)
      .where('key', '<', after)
      .orderBy('key')
      .execute()
    return rows.map(({ key }) => key)
  }

  async delete(key: string): Promise<void> {
    await this.database.write(async (tx) => {
      await tx.deleteFrom('meta').where('key', '=', key).execute()
    })
  }

  async set(key: string, value: string): Promise<void> {
    await this.database.write(async (tx) => {
      await tx
        .insertInto('meta')
        .values({ key, value })
        .onConflict((conflict) => conflict.column('key').doUpdateSet({ value }))
        .execute()
    })
  }

  /** The value that is there, or `value` if none was: servers that start at the same time agree on one. */
  async keep(key: string, value: string): Promise<string> {
    await this.database.write(async (tx) => {
      await tx
        .insertInto('meta')
        .values({ key, value })
        .onConflict((conflict) => conflict.column('key').doNothing())
        .execute()
    })
    return (await this.get(key)) ?? value
  }
}
