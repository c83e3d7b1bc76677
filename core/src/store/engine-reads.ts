import { type SelectQueryBuilder, sql } from 'kysely'
import type { ActionExecution } from '../domain/action.js'
import type { RuleExecution } from '../domain/condition.js'
import type { PipelineExecution } from '../domain/execution.js'
import type { Pipeline } from '../domain/pipeline.js'
import type { StageExecution, StageRecord } from '../domain/stage.js'
import type { EngineReads, PageOf } from '../engine/ports.js'
import type { Database } from './database.js'
import type { DefinitionCache } from './definition-cache.js'
import { isAvailable } from './job-store.js'
import { parse, toJob } from './rows.js'
import type { Schema } from './schema.js'

/** Everything that is only looked at. */
export function createEngineReads(database: Database, definitions: DefinitionCache): EngineReads {
  const { db } = database
  const withDeclaration = async (row: { doc: string; version: number }, version = row.version): Promise<Pipeline> => {
    const about = parse<Omit<Pipeline, 'declaration'>>(row)
    return { ...about, declaration: await definitions.get(db, about.name, version, about.created) }
  }
  return {
    async pipeline(name, version) {
      const row = await db.selectFrom('pipelines').selectAll().where('name', '=', name).executeTakeFirst()
      if (!row) return undefined
      if (version === undefined || version === row.version) return withDeclaration(row)
      const known = await db
        .selectFrom('pipeline_versions')
        .select('version')
        .where('pipeline_name', '=', name)
        .where('version', '=', version)
        .executeTakeFirst()
      return known && { ...(await withDeclaration(row, version)), version }
    },
    async pipelines(after, limit) {
      let query = db.selectFrom('pipelines').selectAll().orderBy('name').limit(limit)
      if (after !== undefined) query = query.where('name', '>', after)
      return Promise.all((await query.execute()).map((row) => withDeclaration(row)))
    },
    async stageRecords(name) {
      const rows = await db.selectFrom('stages').select('doc').where('pipeline_name', '=', name).execute()
      return rows.map((row) => parse<StageRecord>(row))
    },
    ...executionReads(database),
    ...workReads(database),
  }
}

type ExecutionReads = Pick<
  EngineReads,
  'liveExecutions' | 'execution' | 'executionsById' | 'executions' | 'latestExecution' | 'stageExecutions'
>

function executionReads({ db }: Database): ExecutionReads {
  const docs = (rows: readonly { doc: string }[]) => rows.map((row) => parse<PipelineExecution>(row))
  // The stage's rows lead, for they are in order: a page is read, not all that ever succeeded.
  const succeeded = (name: string, stage: string, version: number | undefined) => {
    const query = db
      .selectFrom('stage_executions as stage')
      .innerJoin('executions', 'executions.id', 'stage.execution_id')
      .select(['executions.doc as doc', 'stage.number as number'])
      .where('stage.pipeline_name', '=', name)
      .where('stage.stage_name', '=', stage)
      .where('stage.status', '=', 'Succeeded')
    return version === undefined ? query : query.where('stage.pipeline_version', '=', version)
  }
  return {
    async liveExecutions(name) {
      const query = db
        .selectFrom('executions')
        .select('doc')
        .where('pipeline_name', '=', name)
        .where('live', '=', sql.lit(1))
      return docs(await query.orderBy('number').execute())
    },
    async execution(id) {
      return docs(await db.selectFrom('executions').select('doc').where('id', '=', id).execute())[0]
    },
    async executionsById(ids) {
      if (ids.length === 0) return []
      return docs(await db.selectFrom('executions').select('doc').where('id', 'in', ids).execute())
    },
    async executions(name, { before, limit, succeededInStage, version }) {
      if (succeededInStage !== undefined)
        return page<PipelineExecution>(succeeded(name, succeededInStage, version), before, limit, 'stage.number')
      return page<PipelineExecution>(
        db.selectFrom('executions').select(['doc', 'number']).where('pipeline_name', '=', name),
        before,
        limit,
      )
    },
    async latestExecution(name, status) {
      let query = db.selectFrom('executions').select('doc').where('pipeline_name', '=', name)
      if (status !== undefined) query = query.where('status', '=', status)
      return docs(await query.orderBy('number', 'desc').limit(1).execute())[0]
    },
    async stageExecutions(ids) {
      if (ids.length === 0) return []
      const rows = await db.selectFrom('stage_executions').select('doc').where('execution_id', 'in', ids).execute()
      return rows.map((row) => parse<StageExecution>(row))
    },
  }
}

type WorkReads = Omit<EngineReads, keyof ExecutionReads | 'pipeline' | 'pipelines' | 'stageRecords'>

function workReads({ db, moment }: Database): WorkReads {
  const history = async <T>(
    table: 'action_executions' | 'rule_executions',
    name: string,
    { before, limit, executionId }: Parameters<EngineReads['actions']>[1],
  ): Promise<PageOf<T>> => {
    let query = db.selectFrom(table).select(['doc', 'number']).where('pipeline_name', '=', name)
    if (executionId !== undefined) query = query.where('execution_id', '=', executionId)
    return page<T>(query, before, limit)
  }
  const byIds = async <T>(table: 'action_executions' | 'rule_executions', ids: readonly string[]): Promise<T[]> => {
    if (ids.length === 0) return []
    const rows = await db.selectFrom(table).select('doc').where('id', 'in', ids).execute()
    return rows.map((row) => parse<T>(row))
  }
  return {
    action: async (id) => (await byIds<ActionExecution>('action_executions', [id]))[0],
    actionsById: (ids) => byIds<ActionExecution>('action_executions', ids),
    actions: (name, wanted) => history<ActionExecution>('action_executions', name, wanted),
    rulesById: (ids) => byIds<RuleExecution>('rule_executions', ids),
    rules: (name, wanted) => history<RuleExecution>('rule_executions', name, wanted),
    async job(id) {
      const row = await db.selectFrom('jobs').selectAll().where('id', '=', id).executeTakeFirst()
      return row && toJob(row)
    },
    async jobsOfWorker(workerId) {
      const rows = await db
        .selectFrom('jobs')
        .selectAll()
        .where('worker_id', '=', workerId)
        .where('status', '=', sql.lit('InProgress'))
        .orderBy('number')
        .execute()
      return rows.map(toJob)
    },
    async jobsInHand(limit) {
      const rows = await db
        .selectFrom('jobs')
        .selectAll()
        .where('status', 'in', [sql.lit('Dispatched'), sql.lit('InProgress')])
        .orderBy('number')
        .limit(limit)
        .execute()
      return rows.map(toJob)
    },
    async jobsWaiting(now) {
      const rows = await db
        .selectFrom('jobs')
        .select(['type_key as typeKey', (q) => q.fn.countAll().as('count'), (q) => q.fn.min('created').as('oldest')])
        .where('status', '=', sql.lit('Queued'))
        .where(isAvailable(moment(now)))
        .groupBy('type_key')
        .execute()
      return rows.map(({ typeKey, count, oldest }) => ({ typeKey, count: Number(count), oldest: Number(oldest) }))
    },
    async jobOfAction(id) {
      const query = db.selectFrom('jobs').selectAll().where('action_execution_id', '=', id)
      const row = await query.orderBy('number', 'desc').limit(1).executeTakeFirst()
      return row && toJob(row)
    },
    async revisionUsed(name, actionName, revisionId) {
      const row = await db
        .selectFrom('revisions')
        .select('execution_id')
        .where('pipeline_name', '=', name)
        .where('action_name', '=', actionName)
        .where('revision_id', '=', revisionId)
        .executeTakeFirst()
      return row?.execution_id
    },
    async overdue(now, limit) {
      const found: { pipelineName: string; executionId: string; id: string }[] = []
      for (const table of ['action_executions', 'rule_executions'] as const) {
        const rows = await db
          .selectFrom(table)
          .select(['pipeline_name as pipelineName', 'execution_id as executionId', 'id'])
          .where('deadline', '<=', now)
          .orderBy('deadline')
          .limit(limit)
          .execute()
        found.push(...rows)
      }
      return found
    },
    async expiredLeases(now, limit) {
      const rows = await db
        .selectFrom('jobs')
        .selectAll()
        .where('status', 'in', [sql.lit('Dispatched'), sql.lit('InProgress')])
        .where('lease_until', '<=', now)
        .orderBy('lease_until')
        .limit(limit)
        .execute()
      return rows.map(toJob)
    },
  }
}

type Numbered = SelectQueryBuilder<Schema, keyof Schema, { doc: string; number: number }>

/** Newest first, one row more than asked for to see whether there is a next page. */
async function page<T>(
  query: unknown,
  before: number | undefined,
  limit: number,
  column = 'number',
): Promise<PageOf<T>> {
  // Kysely's builder types differ by table; every table paged here has `doc` and `number`.
  const number = column as 'number'
  let paged = (query as Numbered).orderBy(number, 'desc').limit(limit + 1)
  if (before !== undefined) paged = paged.where(number, '<', before)
  const rows = await paged.execute()
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  return { items: shown.map((row) => parse<T>(row)), ...(rows.length > limit && last ? { next: last.number } : {}) }
}
