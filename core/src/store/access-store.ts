import type { AccessStore, StoredAccessKey, StoredUser } from '../domain/access-store.js'
import type { Database } from './database.js'
import type { AccessKeyTable } from './schema.js'

/** Users, their sessions and access keys, in the database. */
export class SqlAccessStore implements AccessStore {
  constructor(private readonly database: Database) {}

  async hasUsers(): Promise<boolean> {
    const row = await this.database.db.selectFrom('users').select('name').limit(1).executeTakeFirst()
    return row !== undefined
  }

  async user(name: string): Promise<StoredUser | undefined> {
    const row = await this.database.db.selectFrom('users').selectAll().where('name', '=', name).executeTakeFirst()
    return row && { name: row.name, passwordHash: row.password_hash, policies: JSON.parse(row.doc).policies }
  }

  async putUser(user: StoredUser): Promise<void> {
    const values = { password_hash: user.passwordHash, doc: JSON.stringify({ policies: user.policies }) }
    await this.database.write(async (tx) => {
      await tx
        .insertInto('users')
        .values({ name: user.name, ...values })
        .onConflict((conflict) => conflict.column('name').doUpdateSet(values))
        .execute()
    })
  }

  async addAccessKey(key: StoredAccessKey): Promise<void> {
    await this.database.write(async (tx) => {
      await tx
        .insertInto('access_keys')
        .values({
          access_key_id: key.accessKeyId,
          user_name: key.userName,
          status: key.status,
          created: key.created,
          last_used: null,
          sealed_secret: key.sealedSecret,
          doc: JSON.stringify({ policies: key.policies }),
        })
        .execute()
    })
  }

  async accessKey(accessKeyId: string): Promise<StoredAccessKey | undefined> {
    const row = await this.database.db
      .selectFrom('access_keys')
      .selectAll()
      .where('access_key_id', '=', accessKeyId)
      .executeTakeFirst()
    return row && toKey(row)
  }

  async accessKeys(): Promise<StoredAccessKey[]> {
    const rows = await this.database.db
      .selectFrom('access_keys')
      .selectAll()
      .orderBy('created')
      .orderBy('access_key_id')
      .execute()
    return rows.map(toKey)
  }

  async touchAccessKey(accessKeyId: string, at: number): Promise<void> {
    await this.database.write(async (tx) => {
      await tx.updateTable('access_keys').set({ last_used: at }).where('access_key_id', '=', accessKeyId).execute()
    })
  }

  async deleteAccessKey(accessKeyId: string): Promise<boolean> {
    return this.database.write(async (tx) => {
      const done = await tx.deleteFrom('access_keys').where('access_key_id', '=', accessKeyId).executeTakeFirst()
      return done.numDeletedRows > 0n
    })
  }

  async addSession(tokenHash: string, userName: string, expires: number): Promise<void> {
    await this.database.write(async (tx) => {
      await tx
        .insertInto('sessions')
        .values({ token_hash: tokenHash, user_name: userName, expires, doc: '{}' })
        .execute()
    })
  }

  async session(tokenHash: string): Promise<{ userName: string; expires: number } | undefined> {
    const row = await this.database.db
      .selectFrom('sessions')
      .selectAll()
      .where('token_hash', '=', tokenHash)
      .executeTakeFirst()
    return row && { userName: row.user_name, expires: row.expires }
  }

  async extendSession(tokenHash: string, expires: number): Promise<void> {
    await this.database.write(async (tx) => {
      await tx.updateTable('sessions').set({ expires }).where('token_hash', '=', tokenHash).execute()
    })
  }

  async deleteSession(tokenHash: string): Promise<void> {
    await this.database.write(async (tx) => {
      await tx.deleteFrom('sessions').where('token_hash', '=', tokenHash).execute()
    })
  }

  async deleteSessionsOf(userName: string): Promise<void> {
    await this.database.write(async (tx) => {
      await tx.deleteFrom('sessions').where('user_name', '=', userName).execute()
    })
  }

  async deleteExpiredSessions(now: number): Promise<void> {
    await this.database.write(async (tx) => {
      await tx.deleteFrom('sessions').where('expires', '<=', now).execute()
    })
  }
}

function toKey(row: AccessKeyTable): StoredAccessKey {
  return {
    accessKeyId: row.access_key_id,
    userName: row.user_name,
    status: row.status === 'Active' ? 'Active' : 'Inactive',
    created: row.created,
    ...(row.last_used === null ? {} : { lastUsed: row.last_used }),
    policies: JSON.parse(row.doc).policies,
    sealedSecret: row.sealed_secret,
  }
}
