import { sql } from 'kysely'
import { defined } from '../domain/defined.js'
import { type Delivery, type DeliveryStatus, type DeliveryStore, laneOf } from '../domain/delivery.js'
import type { Database, Tx } from './database.js'
import { parse } from './rows.js'
import type { DeliveryTable } from './schema.js'

/** The partial index is found by a status in the statement's own words only. */
const pending = sql<boolean>`status = 'Pending'`

/** Notifications on their way, in the database. */
export function deliveryStore(database: Database): DeliveryStore {
  const { db } = database
  return {
    async add(deliveries) {
      await database.write(async (tx) => {
        for (const delivery of deliveries)
          await tx
            .insertInto('deliveries')
            .values(toRow(delivery))
            .onConflict((conflict) => conflict.column('id').doNothing())
            .execute()
      })
    },
    async claim({ now, leaseMs, busy }) {
      return database.write(async (tx) => {
        let due = tx.selectFrom('deliveries').selectAll().where(pending).where('due', '<=', now)
        if (busy.length > 0) due = due.where('lane', 'not in', busy)
        due = due.orderBy('number').limit(1)
        const row = await (database.dialect === 'postgres' ? due.forUpdate().skipLocked() : due).executeTakeFirst()
        if (!row) return undefined
        const found = toDelivery(row)
        const claimed: Delivery = {
          ...found,
          due: now + leaseMs,
          attempts: found.attempts + 1,
          inFlight: true,
          possibleDuplicate: found.possibleDuplicate || found.inFlight,
        }
        await update(tx, claimed, found.attempts)
        return claimed
      })
    },
    async settle(delivery) {
      await database.write(async (tx) => void (await update(tx, delivery, delivery.attempts)))
    },
    async recover(now) {
      await database.write(async (tx) => {
        await tx.updateTable('deliveries').set({ due: now }).where(pending).where('in_flight', '=', 1).execute()
      })
    },
    async nextDue() {
      const row = await db
        .selectFrom('deliveries')
        .select((q) => q.fn.min('due').as('due'))
        .where(pending)
        .executeTakeFirst()
      return row?.due == null ? undefined : Number(row.due)
    },
    async find(id) {
      const row = await db.selectFrom('deliveries').selectAll().where('id', '=', id).executeTakeFirst()
      return row && toDelivery(row)
    },
    async revive(id, now, giveUpAt) {
      return database.write(async (tx) => {
        const asked = tx.selectFrom('deliveries').selectAll().where('id', '=', id)
        const row = await (database.dialect === 'postgres' ? asked.forUpdate() : asked).executeTakeFirst()
        if (!row || (row.in_flight === 1 && row.due > now)) return undefined
        const { ended: _, ...found } = toDelivery(row)
        const possibleDuplicate = found.possibleDuplicate || found.inFlight || found.status === 'Delivered'
        const revived = { ...found, status: 'Pending', due: now, giveUpAt, inFlight: false, possibleDuplicate } as const
        await update(tx, revived, found.attempts)
        return revived
      })
    },
    async page({ pipelineName, status, before, limit }) {
      let query = db.selectFrom('deliveries').selectAll().orderBy('number', 'desc')
      if (pipelineName !== undefined) query = query.where('pipeline_name', '=', pipelineName)
      if (status !== undefined) query = query.where('status', '=', status)
      if (before !== undefined) query = query.where('number', '<', before)
      const rows = await query.limit(limit + 1).execute()
      const next = rows.length > limit ? rows[limit - 1]?.number : undefined
      return { deliveries: rows.slice(0, limit).map(toDelivery), ...defined({ next }) }
    },
    async forget(before) {
      await database.write(async (tx) => {
        await tx.deleteFrom('deliveries').where('ended', 'is not', null).where('ended', '<', before).execute()
      })
    },
    async counts() {
      const rows = await db
        .selectFrom('deliveries')
        .select(['notifier', 'status', (q) => q.fn.countAll().as('n')])
        .groupBy(['notifier', 'status'])
        .execute()
      return rows.map(({ notifier, status, n }) => ({ notifier, status: status as DeliveryStatus, count: Number(n) }))
    },
  }
}

/** Only where no attempt was begun since. */
async function update(tx: Tx, delivery: Delivery, attempts: number): Promise<void> {
  const { id: _, created: __, ...values } = toRow(delivery)
  await tx
    .updateTable('deliveries')
    .set(values)
    .where('id', '=', delivery.id)
    .where('attempts', '=', attempts)
    .execute()
}

type NewRow = Omit<DeliveryTable, 'number'>

function toRow(delivery: Delivery): NewRow {
  const { id, notifier, receiver, status, created, due, attempts, inFlight, ended, ...doc } = delivery
  return {
    id,
    lane: laneOf(delivery),
    notifier,
    status,
    pipeline_name: delivery.notification.pipelineName ?? null,
    created,
    due,
    attempts,
    in_flight: inFlight ? 1 : 0,
    ended: ended ?? null,
    doc: JSON.stringify({ ...doc, receiver }),
  }
}

type Doc = Pick<Delivery, 'receiver' | 'giveUpAt' | 'possibleDuplicate' | 'notification' | 'log'>

function toDelivery(row: NewRow): Delivery {
  return {
    ...parse<Doc>(row),
    id: row.id,
    notifier: row.notifier,
    status: row.status as DeliveryStatus,
    created: row.created,
    due: row.due,
    attempts: row.attempts,
    inFlight: row.in_flight === 1,
    ...defined({ ended: row.ended ?? undefined }),
  }
}
