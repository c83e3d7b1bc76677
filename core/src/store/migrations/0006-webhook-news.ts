import type { Migration } from './migration.js'

/** Which pushes webhooks told of, so that polls can tell what they missed. */
export const webhookNews: Migration = {
  id: '0006-webhook-news',
  async up({ table }) {
    await table(
      'webhook_news',
      'pipeline_name text not null, action_name text not null, branch text not null, revision_id text not null, at bigint not null, primary key (pipeline_name, action_name, branch)',
    )
  },
}
