import type { Migration } from './migration.js'

/** Indexes by which what is asked often is found without reading a pipeline's whole history. */
export const flatGrowth: Migration = {
  id: '0003-flat-growth',
  async up({ run }) {
    // With the number in it: SQLite preferred executions_by_number for the order, and read all that ever ran.
    await run('drop index executions_live')
    await run('create index executions_live on executions (pipeline_name, number) where live = 1')
    await run('drop index stage_executions_by_status')
    await run(
      'create index stage_executions_by_status on stage_executions (pipeline_name, stage_name, status, pipeline_version, number)',
    )
    await run('create index audit_by_time on audit (at, id)')
    await run('create index revisions_by_execution on revisions (execution_id)')
  },
}
