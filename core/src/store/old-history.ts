import type { ActionExecution } from '../domain/action.js'
import type { ArtifactLocation } from '../domain/artifact.js'
import type { Database } from './database.js'
import { parse } from './rows.js'

/** What lies outside the database and belongs to executions that are about to be forgotten. */
export interface OldHistory {
  readonly actionExecutionIds: readonly string[]
  readonly artifacts: readonly ArtifactLocation[]
}

/** Of the same executions that `forgetHistory(before, limit)` will forget. */
export async function oldHistory({ db }: Database, before: number, limit: number): Promise<OldHistory> {
  const old = db
    .selectFrom('executions')
    .select('id')
    .where('live', '=', 0)
    .where('started', '<', before)
    .orderBy('started')
    .limit(limit)
  const rows = await db
    .selectFrom('action_executions')
    .select(['id', 'doc'])
    .where('execution_id', 'in', (await old.execute()).map(({ id }) => id).concat(''))
    .execute()
  const artifacts = rows.flatMap((row) => parse<ActionExecution>(row).outputArtifacts.map(({ location }) => location))
  return { actionExecutionIds: rows.map(({ id }) => id), artifacts }
}
