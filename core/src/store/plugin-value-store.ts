/** What plugins keep for themselves, on both databases. */
import { sql } from 'kysely'
import type { PluginBlob, PluginValue, PluginValueStore } from '../domain/plugin-values.js'
import type { Database, Tx } from './database.js'
import type { PluginBlobTable, PluginValueTable } from './schema.js'

/** Behind every key that begins with a prefix: keys have no such character. */
const last = '\u{10ffff}'

export function pluginValueStore(database: Database): PluginValueStore {
  const { db } = database
  return {
    async get(plugin, key) {
      const row = await db
        .selectFrom('plugin_values')
        .selectAll()
        .where('plugin', '=', plugin)
        .where('key', '=', key)
        .executeTakeFirst()
      return row && entryOf(row)
    },
    async list(plugin, { prefix, after, limit }) {
      const rows = await db
        .selectFrom('plugin_values')
        .selectAll()
        .where('plugin', '=', plugin)
        .where('key', '>=', prefix)
        .where('key', '<', prefix + last)
        .$if(after !== undefined, (query) => query.where('key', '>', after ?? ''))
        .orderBy('key')
        .limit(limit)
        .execute()
      return rows.map(entryOf)
    },
    put: (change) =>
      database.write(async (tx) => {
        const { plugin, key, version, content, now } = change
        if ('blob' in content && !(await use(tx, plugin, content.blob.id))) return false
        const kept = {
          version,
          modified: now,
          value: 'value' in content ? content.value : null,
          blob_id: 'blob' in content ? content.blob.id : null,
          size: 'blob' in content ? content.blob.size : null,
        }
        if (await write(tx, { plugin, key, ...kept }, change.expected)) return true
        const there = await tx
          .selectFrom('plugin_values')
          .select('version')
          .where('plugin', '=', plugin)
          .where('key', '=', key)
          .executeTakeFirst()
        return there?.version === version
      }),
    delete: ({ plugin, key, expected }) =>
      database.write(async (tx) => {
        const gone = await tx
          .deleteFrom('plugin_values')
          .where('plugin', '=', plugin)
          .where('key', '=', key)
          .$if(typeof expected === 'string', (query) => query.where('version', '=', expected ?? ''))
          .executeTakeFirst()
        if (gone.numDeletedRows > 0n || typeof expected !== 'string') return true
        const there = await tx
          .selectFrom('plugin_values')
          .select('version')
          .where('plugin', '=', plugin)
          .where('key', '=', key)
          .executeTakeFirst()
        return there === undefined
      }),
    ...blobs(database),
  }
}

type BlobStore = Pick<PluginValueStore, 'addBlob' | 'blob' | 'growBlob' | 'doomBlobs' | 'forgetBlob'>

function blobs(database: Database): BlobStore {
  const { db } = database
  return {
    async addBlob(plugin, id, now) {
      const fresh = { id, plugin, size: 0, parts: 0, unused_since: now, doomed: 0 }
      await database.write((tx) => tx.insertInto('plugin_blobs').values(fresh).execute())
    },
    async blob(id) {
      const row = await db.selectFrom('plugin_blobs').selectAll().where('id', '=', id).executeTakeFirst()
      return row && blobOf(row)
    },
    growBlob: (id, { parts, size, now }) =>
      database.write(async (tx) => {
        const grown = await tx
          .updateTable('plugin_blobs')
          .set({ parts, size, unused_since: now })
          .where('id', '=', id)
          .where('doomed', '=', 0)
          .where('unused_since', 'is not', null)
          .executeTakeFirst()
        return grown.numUpdatedRows > 0n
      }),
    doomBlobs: ({ before, now, limit }) =>
      database.write(async (tx) => {
        const unnamed = sql<boolean>`not exists (select 1 from plugin_values where plugin_values.blob_id = plugin_blobs.id)`
        const unnoted = tx.updateTable('plugin_blobs').set({ unused_since: now }).where('unused_since', 'is', null)
        await unnoted.where(unnamed).execute()
        const found = await tx
          .selectFrom('plugin_blobs')
          .select('id')
          .where((row) => row.or([row('unused_since', '<=', before), row('doomed', '=', 1)]))
          .where(unnamed)
          .limit(limit)
          .execute()
        if (found.length === 0) return []
        // Asked of the row once more: a name may just have been given to it.
        const rows = await tx
          .updateTable('plugin_blobs')
          .set({ doomed: 1 })
          .where(
            'id',
            'in',
            found.map(({ id }) => id),
          )
          .where((row) => row.or([row('unused_since', '<=', before), row('doomed', '=', 1)]))
          .returningAll()
          .execute()
        return rows.map(blobOf)
      }),
    async forgetBlob(id) {
      await database.write((tx) => tx.deleteFrom('plugin_blobs').where('id', '=', id).where('doomed', '=', 1).execute())
    },
  }
}

/** From now on a name stands for the blob; false when it is about to be removed, or another plugin's. */
async function use(tx: Tx, plugin: string, id: string): Promise<boolean> {
  const used = await tx
    .updateTable('plugin_blobs')
    .set({ unused_since: null })
    .where('id', '=', id)
    .where('plugin', '=', plugin)
    .where('doomed', '=', 0)
    .executeTakeFirst()
  return used.numUpdatedRows > 0n
}

/** True when it was written: the check is part of the statement. */
async function write(tx: Tx, row: PluginValueTable, expected: string | null | undefined): Promise<boolean> {
  const { plugin, key, ...kept } = row
  if (typeof expected === 'string') {
    const updated = await tx
      .updateTable('plugin_values')
      .set(kept)
      .where('plugin', '=', plugin)
      .where('key', '=', key)
      .where('version', '=', expected)
      .executeTakeFirst()
    return updated.numUpdatedRows > 0n
  }
  const insert = tx.insertInto('plugin_values').values(row)
  const written = await insert
    .onConflict((conflict) => {
      const taken = conflict.columns(['plugin', 'key'])
      return expected === null ? taken.doNothing() : taken.doUpdateSet(kept)
    })
    .executeTakeFirst()
  return (written.numInsertedOrUpdatedRows ?? 0n) > 0n
}

function entryOf({ key, version, modified, value, blob_id: id, size }: PluginValueTable): PluginValue {
  const about = { key, version, modified }
  if (id !== null) return { ...about, blob: { id, size: size ?? 0 } }
  return { ...about, value: value ?? 'null' }
}

function blobOf({ id, plugin, size, parts, unused_since: unusedSince }: PluginBlobTable): PluginBlob {
  return { id, plugin, size, parts, isUsed: unusedSince === null }
}
