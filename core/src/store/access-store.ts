import type { AccessStore, StoredAccessKey, StoredSession, StoredUser } from '../domain/access-store.js'
import type { Database } from './database.js'
import type { AccessKeyTable, UserTable } from './schema.js'

/** Users, their sessions and access keys, in the database. */
export class SqlAccessStore implements AccessStore {
  constructor(private readonly database: Database) {}

  async hasUsers(): Promise<boolean> {
    const row = await this.database.db.selectFrom('users').select('name').limit(1).executeTakeFirst()
    return row !== undefined
  }

  async user(name: string): Promise<StoredUser | undefined> {
    const row = await this.database.db.selectFrom('users').selectAll().where('name', '=', name).executeTakeFirst()
    return row && toUser(row)
  }

  async users(): Promise<StoredUser[]> {
    return (await this.database.db.selectFrom('users').selectAll().orderBy('name').execute()).map(toUser)
  }

  async deleteUser(name: string): Promise<boolean> {
    return this.database.write(async (tx) => {
      const done = await tx.deleteFrom('users').where('name', '=', name).executeTakeFirst()
      await tx.deleteFrom('access_keys').where('user_name', '=', name).execute()
      await tx.deleteFrom('sessions').where('user_name', '=', name).execute()
      return done.numDeletedRows > 0n
    })
  }

  async putUser(user: StoredUser): Promise<void> {
    const values = {
      password_hash: user.passwordHash,
      doc: JSON.stringify({ policies: user.policies, ...(user.disabled ? { disabled: true } : {}) }),
    }
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

  async addSession({ tokenHash, userName, expires, ...doc }: StoredSession): Promise<void> {
    await this.database.write(async (tx) => {
      await tx
        .insertInto('sessions')
        .values({ token_hash: tokenHash, user_name: userName, expires, doc: JSON.stringify(doc) })
        .execute()
    })
  }

  async sessions(userName?: string): Promise<StoredSession[]> {
    const all = this.database.db.selectFrom('sessions').selectAll().orderBy('user_name').orderBy('expires')
    const rows = await (userName === undefined ? all : all.where('user_name', '=', userName)).execute()
    return rows.map(({ token_hash, user_name, expires, doc }) => ({
      tokenHash: token_hash,
      userName: user_name,
      expires,
      ...JSON.parse(doc),
    }))
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

function toUser(row: UserTable): StoredUser {
  return { name: row.name, passwordHash: row.password_hash, ...JSON.parse(row.doc) }
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
