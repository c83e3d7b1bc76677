import type { Migration } from './migration.js'

/** Logs that every server on the database can serve. */
export const sharedLogs: Migration = {
  id: '0002-shared-logs',
  async up({ table, run }) {
    await table(
      'shared_logs',
      'action_execution_id text primary key, size bigint not null, finished int not null, touched bigint not null, wanted bigint not null, doc text not null',
    )
    await run('create index shared_logs_unfinished on shared_logs (touched) where finished = 0')
    await table(
      'log_pieces',
      'action_execution_id text not null, at bigint not null, size int not null, bytes {bytes} not null, primary key (action_execution_id, at)',
    )
  },
}
