import type { Migration } from './migration.js'

/** The first released schema. Never edited once released: the next change is 0002. */
export const initial: Migration = {
  id: '0001-initial',
  async up({ table, run }) {
    await table('meta', 'key text primary key, value text not null')
    await table('pipelines', 'name text primary key, version int not null, sequence bigint not null, doc text not null')
    await table(
      'pipeline_versions',
      'pipeline_name text not null, version int not null, created bigint not null, created_by text not null, doc text not null, primary key (pipeline_name, version)',
    )
    await table(
      'stages',
      'pipeline_name text not null, stage_name text not null, doc text not null, primary key (pipeline_name, stage_name)',
    )
    await table(
      'executions',
      'id text primary key, pipeline_name text not null, number bigint not null, pipeline_version int not null, live int not null, status text not null, started bigint not null, client_request_token text, doc text not null',
    )
    await run('create index executions_by_start on executions (started)')
    await run('create unique index executions_by_number on executions (pipeline_name, number)')
    await run('create index executions_live on executions (pipeline_name) where live = 1')
    await run(
      'create unique index executions_by_token on executions (pipeline_name, client_request_token) where client_request_token is not null',
    )
    await table(
      'stage_executions',
      'execution_id text not null, stage_name text not null, pipeline_name text not null, number bigint not null, pipeline_version int not null, status text not null, doc text not null, primary key (execution_id, stage_name)',
    )
    await run('create index stage_executions_by_status on stage_executions (pipeline_name, stage_name, status, number)')
    for (const name of ['action_executions', 'rule_executions']) {
      await table(
        name,
        'id text primary key, execution_id text not null, pipeline_name text not null, stage_name text not null, number bigint not null, status text not null, started bigint not null, deadline bigint, doc text not null',
      )
      await run(`create index ${name}_by_number on ${name} (pipeline_name, number)`)
      await run(`create index ${name}_by_execution on ${name} (execution_id, number)`)
      await run(`create index ${name}_by_deadline on ${name} (deadline) where deadline is not null`)
    }
    await table(
      'jobs',
      'number {serial}, id text not null unique, kind text not null, pipeline_name text not null, action_execution_id text not null, type_key text not null, query_value text, status text not null, nonce text not null, available_at bigint not null, worker_id text, lease_until bigint, fence int not null, continuation_token text, cancel_requested text, client_id text, created bigint not null, ended bigint, doc text not null',
    )
    await run("create index jobs_queued on jobs (type_key, number) where status = 'Queued'")
    await run("create index jobs_leased on jobs (lease_until) where status in ('Dispatched', 'InProgress')")
    await run("create index jobs_by_worker on jobs (worker_id) where status = 'InProgress'")
    await run('create index jobs_by_action on jobs (action_execution_id)')
    await run('create index jobs_by_pipeline on jobs (pipeline_name)')
    await run('create index jobs_ended on jobs (ended) where ended is not null')
    await table(
      'revisions',
      'pipeline_name text not null, action_name text not null, revision_id text not null, execution_id text not null, created bigint not null, primary key (pipeline_name, action_name, revision_id)',
    )
    await table('outbox', 'id {serial}, pipeline_name text not null, created bigint not null, doc text not null')
    await table('custom_action_types', 'type_key text primary key, deleted int not null, doc text not null')
    await table('webhooks', 'name text primary key, pipeline_name text not null, doc text not null')
    await table(
      'source_states',
      'pipeline_name text not null, action_name text not null, next_poll bigint not null, doc text not null, primary key (pipeline_name, action_name)',
    )
    await run('create index source_states_due on source_states (next_poll)')
    await table('tasks', 'name text primary key, next_run bigint not null, last_run bigint, running_until bigint')
    await table('users', 'name text primary key, password_hash text not null, doc text not null')
    await table(
      'access_keys',
      'access_key_id text primary key, user_name text not null, status text not null, created bigint not null, last_used bigint, sealed_secret text not null, doc text not null',
    )
    await table(
      'sessions',
      'token_hash text primary key, user_name text not null, expires bigint not null, doc text not null',
    )
    await table(
      'audit',
      'id {serial}, at bigint not null, principal text not null, operation text not null, target text not null, result text not null, detail text',
    )
    await table('plugin_states', 'name text primary key, enabled int not null, doc text not null')
    await table(
      'deploy_targets',
      'action_execution_id text not null, target_id text not null, position int not null, status text not null, doc text not null, primary key (action_execution_id, target_id)',
    )
  },
}
