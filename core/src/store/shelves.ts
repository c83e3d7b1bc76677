import type { Shelf, StoredActionType, StoredWebhook } from '../engine/ports.js'
import type { Database, Tx } from './database.js'
import { parse } from './rows.js'

/** The statements by which one table is a shelf. */
interface Table<T> {
  /** The row's document; `lock` keeps others from changing it until the transaction ends. */
  find(db: Pick<Tx, 'selectFrom'>, key: string, lock: boolean): Promise<{ readonly doc: string } | undefined>
  list(db: Pick<Tx, 'selectFrom'>): Promise<readonly { readonly doc: string }[]>
  count(tx: Tx): Promise<number>
  insert(tx: Tx, key: string, value: T): Promise<unknown>
  update(tx: Tx, key: string, value: T): Promise<unknown>
  remove(tx: Tx, key: string): Promise<unknown>
}

function shelf<T>({ db, dialect, write }: Database, table: Table<T>): Shelf<T> {
  return {
    async get(key) {
      const row = await table.find(db, key, false)
      return row && parse<T>(row)
    },
    list: async () => (await table.list(db)).map((row) => parse<T>(row)),
    change: (key, next) =>
      write(async (tx) => {
        const row = await table.find(tx, key, dialect === 'postgres')
        const after = next(row && parse<T>(row), await table.count(tx))
        if (after === undefined) await table.remove(tx, key)
        else if (row) await table.update(tx, key, after)
        else await table.insert(tx, key, after)
        return after
      }),
  }
}

const typeColumns = (value: StoredActionType) => ({ deleted: value.deleted ? 1 : 0, doc: JSON.stringify(value) })

/** Custom action types by `actionTypeKey`. */
export function actionTypeShelf(database: Database): Shelf<StoredActionType> {
  return shelf(database, {
    find: (db, key, lock) =>
      db
        .selectFrom('custom_action_types')
        .select('doc')
        .where('type_key', '=', key)
        .$if(lock, (query) => query.forUpdate())
        .executeTakeFirst(),
    list: (db) => db.selectFrom('custom_action_types').select('doc').orderBy('type_key').execute(),
    async count(tx) {
      const living = tx.selectFrom('custom_action_types').select('type_key').where('deleted', '=', 0)
      return (await living.where('type_key', 'like', '%/Custom/%').execute()).length
    },
    insert: (tx, key, value) =>
      tx
        .insertInto('custom_action_types')
        .values({ type_key: key, ...typeColumns(value) })
        .execute(),
    update: (tx, key, value) =>
      tx.updateTable('custom_action_types').set(typeColumns(value)).where('type_key', '=', key).execute(),
    remove: (tx, key) => tx.deleteFrom('custom_action_types').where('type_key', '=', key).execute(),
  })
}

const webhookColumns = (value: StoredWebhook) => ({
  pipeline_name: value.definition.targetPipeline,
  doc: JSON.stringify(value),
})

/** Webhooks by name. */
export function webhookShelf(database: Database): Shelf<StoredWebhook> {
  return shelf(database, {
    find: (db, key, lock) =>
      db
        .selectFrom('webhooks')
        .select('doc')
        .where('name', '=', key)
        .$if(lock, (query) => query.forUpdate())
        .executeTakeFirst(),
    list: (db) => db.selectFrom('webhooks').select('doc').orderBy('name').execute(),
    count: async (tx) => (await tx.selectFrom('webhooks').select('name').execute()).length,
    insert: (tx, key, value) =>
      tx
        .insertInto('webhooks')
        .values({ name: key, ...webhookColumns(value) })
        .execute(),
    update: (tx, key, value) => tx.updateTable('webhooks').set(webhookColumns(value)).where('name', '=', key).execute(),
    remove: (tx, key) => tx.deleteFrom('webhooks').where('name', '=', key).execute(),
  })
}
