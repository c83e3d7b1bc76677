import type { Migration } from './migration.js'

/** Secrets by name, and pull requests from forks that wait for somebody's word. */
export const secretsAndForks: Migration = {
  id: '0007-secrets-and-forks',
  async up({ table }) {
    await table('secrets', 'name text primary key, sealed_value text not null, last_used bigint, doc text not null')
    await table(
      'fork_pull_requests',
      'pipeline_name text not null, action_name text not null, source text not null, revision_id text not null, asked bigint not null, doc text not null, primary key (pipeline_name, action_name, source)',
    )
  },
}
