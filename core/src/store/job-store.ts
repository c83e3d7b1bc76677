/** The queue's rows. Fence, status and lease are judged in the statement that changes them, by the database's clock. */
import { type RawBuilder, sql } from 'kysely'
import { defined } from '../domain/defined.js'
import type { Job } from '../domain/job.js'
import { type JobStep, jobLifecycle, stepsFrom, stepTo } from '../engine/lifecycle.js'
import type { EngineStore, HeldState, JobClaim, JobGuard, JobPatch, LeaseTime } from '../engine/ports.js'
import type { Database, Tx } from './database.js'
import { toJob } from './rows.js'

/** How many held jobs one statement asks for. */
const heldAtOnce = 100

/**
 * That a job is where `by` may begin. In the statement's own words, not as parameters, and one status with `=`: only so does
 * SQLite find the partial indexes.
 */
function allows(by: JobStep): RawBuilder<boolean> {
  const [first, ...others] = stepsFrom(jobLifecycle, by).map((status) => sql.lit(status))
  if (first !== undefined && others.length === 0) return sql`status = ${first}`
  return sql`status in (${sql.join([first, ...others])})`
}

const leaseEnd = (database: Database, { now, leaseMs }: LeaseTime) =>
  sql<number>`${database.moment(now)} + ${sql.lit(leaseMs)}`

/**
 * A job that is to wait says until when. All others may be taken at once, whatever the clock of the server that made them
 * says; so may one that was made "later than now", by a clock that has been put back since.
 */
export function isAvailable(now: RawBuilder<number>): RawBuilder<boolean> {
  return sql`(available_at <= ${now} or available_at <= created or created > ${now})`
}

/** Asked over `through`: in a transaction, or beside it. */
export async function databaseNow(
  { hasClock, moment }: Pick<Database, 'hasClock' | 'moment'>,
  through: Database['db'],
  server: number,
): Promise<number> {
  if (!hasClock) return server
  const { rows } = await sql<{ now: number }>`select ${moment(server)} as now`.execute(through)
  return rows[0]?.now ?? server
}

export async function findJob(database: Database, tx: Tx, id: string): Promise<Job | undefined> {
  let query = tx.selectFrom('jobs').selectAll().where('id', '=', id)
  if (database.dialect === 'postgres') query = query.forUpdate()
  const row = await query.executeTakeFirst()
  return row && toJob(row)
}

/** Oldest first; on PostgreSQL what another server is just claiming is passed over. */
export async function claimJobs(database: Database, tx: Tx, claim: JobClaim): Promise<Job[]> {
  const { typeKeys, limit, now, queryValue, workerId, nonce } = claim
  if (typeKeys.length === 0 || limit < 1) return []
  const by = workerId === undefined ? 'dispatch' : 'claim'
  const rows = await tx
    .with('waiting', (query) => {
      let waiting = query
        .selectFrom('jobs')
        .select('id')
        .where(allows(by))
        .where('type_key', 'in', typeKeys)
        .where(isAvailable(database.moment(now)))
        .orderBy('number')
        .limit(limit)
      if (queryValue !== undefined) waiting = waiting.where('query_value', '=', queryValue)
      return database.dialect === 'postgres' ? waiting.forUpdate().skipLocked() : waiting
    })
    .updateTable('jobs')
    .set({
      status: stepTo(jobLifecycle, by),
      nonce: sql`${nonce} || '-' || number`,
      worker_id: workerId ?? null,
      lease_until: leaseEnd(database, claim),
      started: sql`coalesce(started, ${database.moment(now)})`,
      fence: sql`fence + 1`,
    })
    .where('id', 'in', (query) => query.selectFrom('waiting').select('waiting.id'))
    .returningAll()
    .execute()
  return rows.sort((a, b) => a.number - b.number).map(toJob)
}

export async function stepJob(
  database: Database,
  tx: Tx,
  id: string,
  by: JobStep,
  guard: JobGuard,
  patch: JobPatch = {},
): Promise<boolean> {
  const set = {
    status: stepTo(jobLifecycle, by),
    ...defined({ nonce: patch.nonce }),
    ...(patch.ended === undefined ? {} : { ended: database.moment(patch.ended) }),
    ...('workerId' in patch ? { worker_id: null } : {}),
    ...('leaseUntil' in patch ? { lease_until: null } : {}),
    ...('continuationToken' in patch ? { continuation_token: patch.continuationToken ?? null } : {}),
  }
  let query = tx.updateTable('jobs').set(set).where('id', '=', id).where('fence', '=', guard.fence).where(allows(by))
  if (guard.leaseOverAt !== undefined) query = query.where('lease_until', '<=', guard.leaseOverAt)
  if (guard.cancelRequested !== undefined)
    query = query.where('cancel_requested', guard.cancelRequested ? 'is not' : 'is', null)
  const { numUpdatedRows } = await query.executeTakeFirst()
  return numUpdatedRows > 0n
}

export async function heartbeat(
  database: Database,
  workerId: string,
  held: readonly { readonly jobId: string; readonly fence: number }[],
  lease: LeaseTime,
): Promise<HeldState[]> {
  const states: HeldState[] = []
  for (let at = 0; at < held.length; at += heldAtOnce) {
    const some = held.slice(at, at + heldAtOnce)
    const kept = await database.write((tx) => keep(database, tx, workerId, some, lease))
    const cancels = new Map(kept.map((row) => [row.id, row.cancel_requested as HeldState['cancel'] | null]))
    for (const { jobId } of some) {
      const cancel = cancels.get(jobId)
      states.push({ jobId, mine: cancels.has(jobId), ...(cancel ? { cancel } : {}) })
    }
  }
  return states
}

function keep(
  database: Database,
  tx: Tx,
  workerId: string,
  held: readonly { readonly jobId: string; readonly fence: number }[],
  lease: LeaseTime,
) {
  return tx
    .updateTable('jobs')
    .set({ lease_until: leaseEnd(database, lease) })
    .where((job) => job.or(held.map(({ jobId, fence }) => job.and([job('id', '=', jobId), job('fence', '=', fence)]))))
    .where('worker_id', '=', workerId)
    .where(allows('keep'))
    .returning(['id', 'cancel_requested'])
    .execute()
}

/** Who waits for an acknowledgement gets `acknowledgeMs`, who works `leaseMs`. */
export async function renewLeases(
  database: Database,
  { now, leaseMs, acknowledgeMs, awayMs }: Parameters<EngineStore['renewLeases']>[0],
): Promise<number> {
  const renew = async (tx: Tx, by: JobStep, ms: number) => {
    const { numUpdatedRows } = await tx
      .updateTable('jobs')
      .set({ lease_until: leaseEnd(database, { now, leaseMs: ms }) })
      .where(allows(by))
      .where('lease_until', 'is not', null)
      .executeTakeFirst()
    return Number(numUpdatedRows)
  }
  return database.write(async (tx) => {
    if (!database.hasClock && awayMs !== 0) await moveDeadlines(tx, awayMs)
    return (await renew(tx, 'acknowledge', acknowledgeMs)) + (await renew(tx, 'keep', leaseMs))
  })
}

async function moveDeadlines(tx: Tx, byMs: number): Promise<void> {
  const moved = sql<number>`deadline + ${byMs}`
  for (const table of ['action_executions', 'rule_executions'] as const) {
    await tx
      .updateTable(table)
      .set({ deadline: moved, doc: sql`json_set(doc, '$.deadline', ${moved})` })
      .where('deadline', 'is not', null)
      .execute()
  }
}
