/** The queue's rows: found, claimed, changed under their fence, kept alive by heartbeats. */

import { sql } from 'kysely'
import { defined } from '../domain/defined.js'
import type { Job, JobStatus } from '../domain/job.js'
import type { EngineStore, JobClaim, Unit } from '../engine/ports.js'
import type { Database, Tx } from './database.js'
import { toJob } from './rows.js'

export async function findJob(database: Database, tx: Tx, id: string): Promise<Job | undefined> {
  let query = tx.selectFrom('jobs').selectAll().where('id', '=', id)
  if (database.dialect === 'postgres') query = query.forUpdate()
  const row = await query.executeTakeFirst()
  return row && toJob(row)
}

/** Oldest first; on PostgreSQL what another server is just claiming is passed over. */
export async function claimJobs(database: Database, tx: Tx, claim: JobClaim): Promise<Job[]> {
  if (claim.typeKeys.length === 0 || claim.limit < 1) return []
  let query = tx
    .selectFrom('jobs')
    .selectAll()
    .where('status', '=', sql.lit('Queued'))
    .where('type_key', 'in', claim.typeKeys)
    .where('available_at', '<=', claim.now)
    .orderBy('number')
    .limit(claim.limit)
  if (claim.queryValue !== undefined) query = query.where('query_value', '=', claim.queryValue)
  if (database.dialect === 'postgres') query = query.forUpdate().skipLocked()
  const claimed: Job[] = []
  for (const row of await query.execute()) {
    const taken = {
      status: (claim.workerId === undefined ? 'Dispatched' : 'InProgress') satisfies JobStatus,
      nonce: claim.newNonce(),
      worker_id: claim.workerId ?? null,
      lease_until: claim.leaseUntil,
      fence: row.fence + 1,
    }
    await tx.updateTable('jobs').set(taken).where('id', '=', row.id).execute()
    claimed.push(toJob({ ...row, ...taken }))
  }
  return claimed
}

export async function updateJob(
  tx: Tx,
  id: string,
  fence: number,
  patch: Parameters<Unit['updateJob']>[2],
): Promise<boolean> {
  const set = {
    ...defined({ status: patch.status, ended: patch.ended, nonce: patch.nonce }),
    ...('workerId' in patch ? { worker_id: patch.workerId ?? null } : {}),
    ...('leaseUntil' in patch ? { lease_until: patch.leaseUntil ?? null } : {}),
    ...('continuationToken' in patch ? { continuation_token: patch.continuationToken ?? null } : {}),
  }
  const result = await tx
    .updateTable('jobs')
    .set(set)
    .where('id', '=', id)
    .where('fence', '=', fence)
    .executeTakeFirst()
  return result.numUpdatedRows > 0n
}

export async function heartbeat(
  database: Database,
  workerId: string,
  held: readonly { readonly jobId: string; readonly fence: number }[],
  leaseUntil: number,
): ReturnType<EngineStore['heartbeat']> {
  if (held.length === 0) return []
  return database.write(async (tx) => {
    const ids = held.map((one) => one.jobId)
    const rows = await tx.selectFrom('jobs').selectAll().where('id', 'in', ids).execute()
    const jobs = new Map(rows.map((row) => [row.id, toJob(row)]))
    const mine = held.filter(({ jobId, fence }) => {
      const job = jobs.get(jobId)
      return job?.status === 'InProgress' && job.fence === fence && job.workerId === workerId
    })
    const alive = mine.map((one) => one.jobId)
    if (alive.length > 0)
      await tx.updateTable('jobs').set({ lease_until: leaseUntil }).where('id', 'in', alive).execute()
    return held.map(({ jobId }) => {
      const job = jobs.get(jobId)
      const cancel = job?.cancelRequested
      return { jobId, status: job?.status ?? 'Failed', mine: alive.includes(jobId), ...(cancel ? { cancel } : {}) }
    })
  })
}
