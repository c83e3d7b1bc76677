import type { Migration } from './migration.js'

/** Notifications on their way: tried again until they arrive, whatever becomes of the server meanwhile. */
export const deliveries: Migration = {
  id: '0009-deliveries',
  async up({ table, run }) {
    await table(
      'deliveries',
      'number {serial}, id text not null unique, lane text not null, notifier text not null, status text not null, pipeline_name text, created bigint not null, due bigint not null, attempts int not null, in_flight int not null, ended bigint, doc text not null',
    )
    await run("create index deliveries_due on deliveries (due) where status = 'Pending'")
    await run('create index deliveries_by_pipeline on deliveries (pipeline_name, number)')
    await run('create index deliveries_ended on deliveries (ended) where ended is not null')
  },
}
