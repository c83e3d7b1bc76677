import type { Database, Tx } from './database.js'
import { oldExecutions } from './old-history.js'

/** Jobs of executions that stay, forgotten beside each batch of executions: bounds how long others wait to write. */
const jobsAtOnce = 100

/**
 * Forgets executions that ended too long ago (X11). A pipeline's versions and stage records stay: they describe the
 * present. A revision that is forgotten counts as new when somebody reports it again.
 */
export async function forgetHistory(database: Database, before: number, limit: number): Promise<number> {
  return database.write(async (tx) => {
    const old = await oldExecutions(tx, before, limit)
    if (old.length > 0) await forgetExecutions(tx, old)
    await forgetJobs(tx, before)
    return old.length
  })
}

async function forgetExecutions(tx: Tx, ids: readonly string[]): Promise<void> {
  const actions = tx.selectFrom('action_executions').select('id').where('execution_id', 'in', ids)
  for (const table of ['jobs', 'deploy_targets', 'test_reports'] as const)
    await tx.deleteFrom(table).where('action_execution_id', 'in', actions).execute()
  for (const table of ['action_executions', 'rule_executions', 'stage_executions', 'revisions'] as const)
    await tx.deleteFrom(table).where('execution_id', 'in', ids).execute()
  await tx.deleteFrom('executions').where('id', 'in', ids).execute()
}

/** In executions that go on, and so are kept, though they began so long ago. */
async function forgetJobs(tx: Tx, before: number): Promise<void> {
  const old = tx.selectFrom('jobs').select('id').where('ended', '<', before).orderBy('ended').limit(jobsAtOnce)
  await tx.deleteFrom('jobs').where('id', 'in', old).execute()
}
