import { sql } from 'kysely'
import type { Job, JobStatus } from '../domain/job.js'
import type { Pipeline } from '../domain/pipeline.js'
import type { EngineStore, JobClaim, OutboxEntry, Unit } from '../engine/ports.js'
import type { Database, Tx } from './database.js'
import { writeDecision } from './decision-writer.js'
import { DefinitionCache } from './definition-cache.js'
import { deployTargets, putDeployTargets } from './deploy-targets.js'
import { createEngineReads } from './engine-reads.js'
import { parse, toJob } from './rows.js'
import { actionTypeShelf, webhookShelf } from './shelves.js'
import { StateLoader } from './state-loader.js'

/** The engine's store over either database. */
export function createEngineStore(database: Database): EngineStore {
  const definitions = new DefinitionCache()
  const loader = new StateLoader(database.dialect, definitions)
  return {
    read: createEngineReads(database, definitions),
    actionTypes: actionTypeShelf(database),
    webhooks: webhookShelf(database),
    deployTargets: (id) => deployTargets(database, id),
    putDeployTargets: (id, targets) => putDeployTargets(database, id, targets),
    transact: (work) => database.write((tx) => work(createUnit(database, tx, loader))),
    heartbeat: (workerId, held, leaseUntil) => heartbeat(database, workerId, held, leaseUntil),
    drainOutbox: (deliver, limit) => drainOutbox(database, deliver, limit),
    forgetHistory: (before, limit) => forgetHistory(database, before, limit),
    signal: (topic) => database.signal(topic),
    onSignal: (listener) => database.onSignal(listener),
  }
}

function createUnit(database: Database, tx: Tx, loader: StateLoader): Unit {
  return {
    loadState: (name, wanted) => loader.load(tx, name, wanted),
    saveDecision: (name, decision, now) => writeDecision(tx, name, decision, now),
    lockPipeline: async (name) => (await loader.lock(tx, name))?.pipeline,
    createPipeline: (pipeline, by) => createPipeline(tx, pipeline, by),
    savePipeline: (pipeline, by) => savePipeline(tx, pipeline, by),
    deletePipeline: (name) => deletePipeline(tx, name),
    findJob: (id) => findJob(database, tx, id),
    claimJobs: (claim) => claimJobs(database, tx, claim),
    updateJob: (id, fence, patch) => updateJob(tx, id, fence, patch),
  }
}

function pipelineDoc({ declaration: _elsewhere, ...about }: Pipeline): string {
  return JSON.stringify(about)
}

async function createPipeline(tx: Tx, pipeline: Pipeline, by: string): Promise<void> {
  const { name, version } = pipeline
  await tx
    .insertInto('pipelines')
    .values({ name, version, sequence: 0, doc: pipelineDoc(pipeline) })
    .execute()
  await insertVersion(tx, pipeline, by)
}

async function savePipeline(tx: Tx, pipeline: Pipeline, by: string): Promise<void> {
  const { name, version } = pipeline
  const before = await tx.selectFrom('pipelines').select('version').where('name', '=', name).executeTakeFirst()
  await tx
    .updateTable('pipelines')
    .set({ version, doc: pipelineDoc(pipeline) })
    .where('name', '=', name)
    .execute()
  if (before?.version !== version) await insertVersion(tx, pipeline, by)
}

async function insertVersion(tx: Tx, pipeline: Pipeline, by: string): Promise<void> {
  await tx
    .insertInto('pipeline_versions')
    .values({
      pipeline_name: pipeline.name,
      version: pipeline.version,
      created: pipeline.updated,
      created_by: by,
      doc: JSON.stringify(pipeline.declaration),
    })
    .execute()
}

/** Its jobs end with it: whoever still works on one learns at the next heartbeat that it is gone. */
async function deletePipeline(tx: Tx, name: string): Promise<boolean> {
  const row = await tx.deleteFrom('pipelines').where('name', '=', name).executeTakeFirst()
  await tx
    .deleteFrom('deploy_targets')
    .where('action_execution_id', 'in', (query) =>
      query.selectFrom('action_executions').select('id').where('pipeline_name', '=', name),
    )
    .execute()
  for (const table of [
    'pipeline_versions',
    'stages',
    'executions',
    'stage_executions',
    'action_executions',
    'rule_executions',
    'jobs',
    'revisions',
    'source_states',
  ] as const) {
    await tx.deleteFrom(table).where('pipeline_name', '=', name).execute()
  }
  return row.numDeletedRows > 0n
}

async function findJob(database: Database, tx: Tx, id: string): Promise<Job | undefined> {
  let query = tx.selectFrom('jobs').selectAll().where('id', '=', id)
  if (database.dialect === 'postgres') query = query.forUpdate()
  const row = await query.executeTakeFirst()
  return row && toJob(row)
}

/** Oldest first; on PostgreSQL what another server is just claiming is passed over. */
async function claimJobs(database: Database, tx: Tx, claim: JobClaim): Promise<Job[]> {
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

async function updateJob(tx: Tx, id: string, fence: number, patch: Parameters<Unit['updateJob']>[2]): Promise<boolean> {
  const set = {
    ...(patch.status === undefined ? {} : { status: patch.status }),
    ...(patch.ended === undefined ? {} : { ended: patch.ended }),
    ...(patch.nonce === undefined ? {} : { nonce: patch.nonce }),
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

async function heartbeat(
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

/** On PostgreSQL an entry stays locked while it is told, so that two servers do not tell it both. */
async function drainOutbox(
  database: Database,
  deliver: (entry: OutboxEntry) => Promise<void>,
  limit: number,
): Promise<number> {
  if (database.dialect === 'sqlite') {
    const rows = await database.db.selectFrom('outbox').selectAll().orderBy('id').limit(limit).execute()
    for (const row of rows) await deliver({ id: row.id, effects: parse(row) })
    const last = rows.at(-1)
    if (last) await database.write((tx) => tx.deleteFrom('outbox').where('id', '<=', last.id).execute())
    return rows.length
  }
  return database.db.transaction().execute(async (tx) => {
    const rows = await tx.selectFrom('outbox').selectAll().orderBy('id').limit(limit).forUpdate().skipLocked().execute()
    for (const row of rows) await deliver({ id: row.id, effects: parse(row) })
    const ids = rows.map((row) => row.id)
    if (ids.length > 0) await tx.deleteFrom('outbox').where('id', 'in', ids).execute()
    return rows.length
  })
}

/** X11. A pipeline's versions and stage records stay: they describe the present. */
async function forgetHistory(database: Database, before: number, limit: number): Promise<number> {
  return database.write(async (tx) => {
    const old = await tx
      .selectFrom('executions')
      .select('id')
      .where('live', '=', 0)
      .where('started', '<', before)
      .orderBy('started')
      .limit(limit)
      .execute()
    const ids = old.map((row) => row.id)
    if (ids.length > 0) {
      await sql`delete from jobs where action_execution_id in (select id from action_executions where execution_id in (${sql.join(ids)}))`.execute(
        tx,
      )
      await sql`delete from deploy_targets where action_execution_id in (select id from action_executions where execution_id in (${sql.join(ids)}))`.execute(
        tx,
      )
      for (const table of ['action_executions', 'rule_executions', 'stage_executions'] as const) {
        await tx.deleteFrom(table).where('execution_id', 'in', ids).execute()
      }
      await tx.deleteFrom('executions').where('id', 'in', ids).execute()
    }
    await tx.deleteFrom('jobs').where('ended', '<', before).execute()
    return ids.length
  })
}
