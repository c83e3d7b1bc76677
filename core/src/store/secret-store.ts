import { defined } from '../domain/defined.js'
import type { SecretFacts } from '../domain/secret.js'
import type { Database } from './database.js'
import type { SecretTable } from './schema.js'

/** A secret as it is kept. */
export interface SealedSecret extends SecretFacts {
  readonly sealedValue: string
}

/** Named secrets, in the database. */
export class SqlSecretStore {
  constructor(private readonly database: Database) {}

  async get(name: string): Promise<SealedSecret | undefined> {
    const row = await this.database.db.selectFrom('secrets').selectAll().where('name', '=', name).executeTakeFirst()
    return row && toSecret(row)
  }

  async list(): Promise<SealedSecret[]> {
    return (await this.database.db.selectFrom('secrets').selectAll().orderBy('name').execute()).map(toSecret)
  }

  async put({ name, sealedValue, lastUsed = 0, ...doc }: SealedSecret): Promise<void> {
    const values = { sealed_value: sealedValue, last_used: lastUsed || null, doc: JSON.stringify(doc) }
    await this.database.write(async (tx) => {
      await tx
        .insertInto('secrets')
        .values({ name, ...values })
        .onConflict((conflict) => conflict.column('name').doUpdateSet(values))
        .execute()
    })
  }

  async touch(name: string, at: number): Promise<void> {
    await this.database.write(async (tx) => {
      await tx.updateTable('secrets').set({ last_used: at }).where('name', '=', name).execute()
    })
  }

  /** True when there was one. */
  async delete(name: string): Promise<boolean> {
    return this.database.write(async (tx) => {
      const done = await tx.deleteFrom('secrets').where('name', '=', name).executeTakeFirst()
      return done.numDeletedRows > 0n
    })
  }
}

function toSecret({ name, sealed_value, last_used, doc }: SecretTable): SealedSecret {
  return { name, sealedValue: sealed_value, ...defined({ lastUsed: last_used ?? undefined }), ...JSON.parse(doc) }
}
