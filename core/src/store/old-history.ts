import type { ActionExecution } from '../domain/action.js'
import type { ArtifactLocation } from '../domain/artifact.js'
import type { Database, Tx } from './database.js'
import { parse } from './rows.js'

/** What lies outside the database and belongs to executions that are about to be forgotten. */
export interface OldHistory {
  readonly actionExecutionIds: readonly string[]
  readonly artifacts: readonly ArtifactLocation[]
}

/** Of the same executions that `forgetHistory(before, limit)` will forget. */
export async function oldHistory({ db }: Database, before: number, limit: number): Promise<OldHistory> {
  const rows = await db
    .selectFrom('action_executions')
    .select(['id', 'doc'])
    .where('execution_id', 'in', (await oldExecutions(db, before, limit)).concat(''))
    .execute()
  const artifacts = rows.flatMap((row) => parse<ActionExecution>(row).outputArtifacts.map(({ location }) => location))
  return { actionExecutionIds: rows.map(({ id }) => id), artifacts }
}

/** The oldest executions, by id, that ended and began before then: what `forgetHistory` forgets at once. */
export async function oldExecutions(db: Database['db'] | Tx, before: number, limit: number): Promise<string[]> {
  const old = await db
    .selectFrom('executions')
    .select('id')
    .where('live', '=', 0)
    .where('started', '<', before)
    .orderBy('started')
    .limit(limit)
    .execute()
  return old.map(({ id }) => id)
}
