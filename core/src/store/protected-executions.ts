import type { PipelineExecution } from '../domain/execution.js'
import type { Database, Tx } from './database.js'
import { parse } from './rows.js'

/** So many of a stage's newest successes stay: what is deployed there, and what a rollback would bring back. */
const successesKept = 2

/** Executions of a pipeline, by id, that no limit of history takes away: the newest, and what was last good in each stage. */
export async function protectedExecutions(db: Database['db'] | Tx, pipelineName: string): Promise<Set<string>> {
  const newest = await db
    .selectFrom('executions')
    .select('id')
    .where('pipeline_name', '=', pipelineName)
    .orderBy('number', 'desc')
    .limit(1)
    .execute()
  const kept = new Set(newest.map(({ id }) => id))
  const stages = await db.selectFrom('stages').select('stage_name').where('pipeline_name', '=', pipelineName).execute()
  for (const { stage_name } of stages) {
    const good = await db
      .selectFrom('stage_executions')
      .select('execution_id')
      .where('pipeline_name', '=', pipelineName)
      .where('stage_name', '=', stage_name)
      .where('status', '=', 'Succeeded')
      .orderBy('pipeline_version', 'desc')
      .orderBy('number', 'desc')
      .limit(successesKept)
      .execute()
    for (const { execution_id } of good) kept.add(execution_id)
  }
  for (const id of await rollbackTargets(db, pipelineName, [...kept])) kept.add(id)
  return kept
}

/** R6: a rollback runs with the artifacts of its target, which so are as needed as its own. */
async function rollbackTargets(
  db: Database['db'] | Tx,
  pipelineName: string,
  kept: readonly string[],
): Promise<string[]> {
  const live = await db
    .selectFrom('executions')
    .select('doc')
    .where('pipeline_name', '=', pipelineName)
    .where('live', '=', 1)
    .execute()
  const good = await db.selectFrom('executions').select('doc').where('id', 'in', kept.concat('')).execute()
  return [...live, ...good].flatMap((row) => parse<PipelineExecution>(row).rollbackTarget ?? [])
}
