import type { Database, Tx } from './database.js'

/** Jobs of executions that stay, forgotten at once: bounds how long others wait to write. */
const jobsAtOnce = 100

/**
 * Forgets executions that ended (X11), by their ids; one that is live stays. A pipeline's versions and stage records stay: they describe the
 * present. A revision that is forgotten counts as new when somebody reports it again.
 */
export async function forgetExecutions(database: Database, executionIds: readonly string[]): Promise<number> {
  if (executionIds.length === 0) return 0
  return database.write(async (tx) => {
    const ended = await tx
      .selectFrom('executions')
      .select('id')
      .where('id', 'in', executionIds)
      .where('live', '=', 0)
      .execute()
    const ids = ended.map(({ id }) => id)
    if (ids.length > 0) await forget(tx, ids)
    return ids.length
  })
}

/** Forgets jobs that ended before then, in executions that go on, and so are kept, though they began so long ago. */
export async function forgetJobs(database: Database, before: number): Promise<void> {
  await database.write(async (tx) => {
    const old = tx.selectFrom('jobs').select('id').where('ended', '<', before).orderBy('ended').limit(jobsAtOnce)
    await tx.deleteFrom('jobs').where('id', 'in', old).execute()
  })
}

async function forget(tx: Tx, ids: readonly string[]): Promise<void> {
  const actions = tx.selectFrom('action_executions').select('id').where('execution_id', 'in', ids)
  for (const table of ['jobs', 'deploy_targets', 'test_reports'] as const)
    await tx.deleteFrom(table).where('action_execution_id', 'in', actions).execute()
  for (const table of ['action_executions', 'rule_executions', 'stage_executions', 'revisions'] as const)
    await tx.deleteFrom(table).where('execution_id', 'in', ids).execute()
  await tx.deleteFrom('executions').where('id', 'in', ids).execute()
}
