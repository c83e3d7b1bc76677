import { sql } from 'kysely'
import type { Database } from './database.js'

/** X11. A pipeline's versions and stage records stay: they describe the present. */
export async function forgetHistory(database: Database, before: number, limit: number): Promise<number> {
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
