import type { ActionExecution } from '../domain/action.js'
import type { ArtifactLocation } from '../domain/artifact.js'
import type { Database } from './database.js'
import { protectedExecutions } from './protected-executions.js'
import { parse } from './rows.js'

/** What lies outside the database and belongs to executions that are about to be forgotten. */
export interface OldHistory {
  readonly actionExecutionIds: readonly string[]
  readonly artifacts: readonly ArtifactLocation[]
}

/** How much of one pipeline's history stays. */
export interface HistoryLimits {
  /** Executions that began before then may go; epoch milliseconds. */
  readonly before: number
  /** So many ended executions stay, however new the others are; all when absent. */
  readonly keep?: number
}

/** The logs and artifacts of executions. */
export async function historyOf({ db }: Pick<Database, 'db'>, executionIds: readonly string[]): Promise<OldHistory> {
  const rows = await db
    .selectFrom('action_executions')
    .select(['id', 'doc'])
    .where('execution_id', 'in', executionIds.concat(''))
    .execute()
  const artifacts = rows.flatMap((row) => parse<ActionExecution>(row).outputArtifacts.map(({ location }) => location))
  return { actionExecutionIds: rows.map(({ id }) => id), artifacts }
}

/** So many of the oldest executions are looked at for pipelines that were deleted. */
const oldestLookedAt = 200

/** Every pipeline, and those that were deleted and have the oldest history. */
export async function pipelinesWithHistory({ db }: Pick<Database, 'db'>): Promise<string[]> {
  const known = await db.selectFrom('pipelines').select('name').orderBy('name').execute()
  const oldest = await db
    .selectFrom('executions')
    .select('pipeline_name')
    .orderBy('started')
    .limit(oldestLookedAt)
    .execute()
  return [...new Set([...known.map(({ name }) => name), ...oldest.map(({ pipeline_name }) => pipeline_name)])]
}

/** Ended executions in the order in which they began, after a place in it: those whose artifacts go first when a disk fills up. */
export async function endedByAge(
  { db }: Pick<Database, 'db'>,
  after: number,
  limit: number,
): Promise<{ readonly id: string; readonly pipelineName: string; readonly started: number }[]> {
  const rows = await db
    .selectFrom('executions')
    .select(['id', 'pipeline_name', 'started'])
    .where('live', '=', 0)
    .where('started', '>', after)
    .orderBy('started')
    .limit(limit)
    .execute()
  return rows.map(({ id, pipeline_name, started }) => ({ id, pipelineName: pipeline_name, started }))
}

/** A pipeline's executions before a number, the newest first. */
export async function newestFirst(
  { db }: Pick<Database, 'db'>,
  pipelineName: string,
  before: number,
  limit: number,
): Promise<{ readonly id: string; readonly number: number; readonly live: boolean }[]> {
  const rows = await db
    .selectFrom('executions')
    .select(['id', 'number', 'live'])
    .where('pipeline_name', '=', pipelineName)
    .where('number', '<', before)
    .orderBy('number', 'desc')
    .limit(limit)
    .execute()
  return rows.map(({ id, number, live }) => ({ id, number, live: live === 1 }))
}

/**
 * The oldest executions of a pipeline, by id, that ended and are beyond its limits. Those that are live, the newest, and what was last good in
 * a stage are never among them.
 */
export async function beyondLimits(
  { db }: Pick<Database, 'db'>,
  pipelineName: string,
  { before, keep }: HistoryLimits,
  limit: number,
): Promise<string[]> {
  const kept = await protectedExecutions(db, pipelineName)
  const lastToGo = keep === undefined ? 0 : await numberBeyond(db, pipelineName, keep)
  const rows = await db
    .selectFrom('executions')
    .select('id')
    .where('pipeline_name', '=', pipelineName)
    .where('live', '=', 0)
    .where((where) => where.or([where('started', '<', before), where('number', '<=', lastToGo)]))
    .orderBy('number')
    .limit(limit + kept.size)
    .execute()
  return rows
    .map(({ id }) => id)
    .filter((id) => !kept.has(id))
    .slice(0, limit)
}

/** The number of the newest ended execution that is one too many; 0 when there are no more than `keep`. */
async function numberBeyond(db: Database['db'], pipelineName: string, keep: number): Promise<number> {
  const row = await db
    .selectFrom('executions')
    .select('number')
    .where('pipeline_name', '=', pipelineName)
    .where('live', '=', 0)
    .orderBy('number', 'desc')
    .offset(keep)
    .limit(1)
    .executeTakeFirst()
  return row?.number ?? 0
}
