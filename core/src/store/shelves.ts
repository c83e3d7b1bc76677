import type { Shelf, StoredActionType, StoredWebhook } from '../engine/ports.js'
import type { Database } from './database.js'
import { parse } from './rows.js'

/** Custom action types by `actionTypeKey`. */
export function actionTypeShelf({ db }: Database): Shelf<StoredActionType> {
  return {
    async get(key) {
      const row = await db
        .selectFrom('custom_action_types')
        .select('doc')
        .where('type_key', '=', key)
        .executeTakeFirst()
      return row && parse<StoredActionType>(row)
    },
    async list() {
      const rows = await db.selectFrom('custom_action_types').select('doc').orderBy('type_key').execute()
      return rows.map((row) => parse<StoredActionType>(row))
    },
    async put(key, value) {
      const row = { type_key: key, deleted: value.deleted ? 1 : 0, doc: JSON.stringify(value) }
      await db
        .insertInto('custom_action_types')
        .values(row)
        .onConflict((on) => on.column('type_key').doUpdateSet({ deleted: row.deleted, doc: row.doc }))
        .execute()
    },
    async delete(key) {
      await db.deleteFrom('custom_action_types').where('type_key', '=', key).execute()
    },
  }
}

/** Webhooks by name. */
export function webhookShelf({ db }: Database): Shelf<StoredWebhook> {
  return {
    async get(key) {
      const row = await db.selectFrom('webhooks').select('doc').where('name', '=', key).executeTakeFirst()
      return row && parse<StoredWebhook>(row)
    },
    async list() {
      const rows = await db.selectFrom('webhooks').select('doc').orderBy('name').execute()
      return rows.map((row) => parse<StoredWebhook>(row))
    },
    async put(key, value) {
      const row = { name: key, pipeline_name: value.definition.targetPipeline, doc: JSON.stringify(value) }
      await db
        .insertInto('webhooks')
        .values(row)
        .onConflict((on) => on.column('name').doUpdateSet({ pipeline_name: row.pipeline_name, doc: row.doc }))
        .execute()
    },
    async delete(key) {
      await db.deleteFrom('webhooks').where('name', '=', key).execute()
    },
  }
}
