import type { WebhookNews, WebhookNewsStore } from '../domain/source-state.js'
import type { Database } from './database.js'

/** What webhooks told, in the database: it may be another server that polls. */
export function webhookNewsStore(database: Database): WebhookNewsStore {
  const { db } = database
  return {
    async note({ pipelineName, actionName, branch, revisionId, at }) {
      const news = { revision_id: revisionId, at }
      await database.write(async (tx) => {
        await tx
          .insertInto('webhook_news')
          .values({ pipeline_name: pipelineName, action_name: actionName, branch, ...news })
          .onConflict((on) => on.columns(['pipeline_name', 'action_name', 'branch']).doUpdateSet(news))
          .execute()
      })
    },
    async ofSource(pipelineName, actionName) {
      const rows = await db
        .selectFrom('webhook_news')
        .selectAll()
        .where('pipeline_name', '=', pipelineName)
        .where('action_name', '=', actionName)
        .orderBy('at', 'desc')
        .execute()
      return rows.map(
        ({ branch, revision_id, at }): WebhookNews => ({
          pipelineName,
          actionName,
          branch,
          revisionId: revision_id,
          at,
        }),
      )
    },
    async sources() {
      const rows = await db.selectFrom('webhook_news').select(['pipeline_name', 'action_name']).distinct().execute()
      return rows.map((row) => `${row.pipeline_name}/${row.action_name}`)
    },
    async forget(before) {
      await database.write(async (tx) => {
        await tx.deleteFrom('webhook_news').where('at', '<', before).execute()
        const known = tx.selectFrom('pipelines').select('name')
        await tx.deleteFrom('webhook_news').where('pipeline_name', 'not in', known).execute()
      })
    },
  }
}
