import type { ForkPullRequest, ForkPullRequestStore } from '../domain/fork-pull-request.js'
import type { Database } from './database.js'
import type { ForkPullRequestTable } from './schema.js'

/** Pull requests from forks that wait, in the database. */
export function forkPullRequestStore(database: Database): ForkPullRequestStore {
  const { db } = database
  return {
    async ask(request) {
      const row = toRow(request)
      const { pipeline_name: _, action_name: __, source: ___, ...values } = row
      await database.write(async (tx) => {
        await tx
          .insertInto('fork_pull_requests')
          .values(row)
          .onConflict((conflict) => conflict.columns(['pipeline_name', 'action_name', 'source']).doUpdateSet(values))
          .execute()
      })
    },
    async waiting(name) {
      const all = db.selectFrom('fork_pull_requests').selectAll().orderBy('asked')
      const rows = await (name === undefined ? all : all.where('pipeline_name', '=', name)).execute()
      return rows.map(toRequest)
    },
    async take(pipelineName, actionName, revisionId) {
      return database.write(async (tx) => {
        const gone = await tx
          .deleteFrom('fork_pull_requests')
          .where('pipeline_name', '=', pipelineName)
          .where('action_name', '=', actionName)
          .where('revision_id', '=', revisionId)
          .returningAll()
          .execute()
        return gone[0] && toRequest(gone[0])
      })
    },
  }
}

function toRow(request: ForkPullRequest): ForkPullRequestTable {
  const { pipelineName, actionName, source, asked, ...doc } = request
  return {
    pipeline_name: pipelineName,
    action_name: actionName,
    source,
    revision_id: request.revision.revisionId,
    asked,
    doc: JSON.stringify(doc),
  }
}

function toRequest(row: ForkPullRequestTable): ForkPullRequest {
  return {
    pipelineName: row.pipeline_name,
    actionName: row.action_name,
    source: row.source,
    asked: row.asked,
    ...JSON.parse(row.doc),
  }
}
