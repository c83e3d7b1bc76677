import type { Migration } from './migration.js'

/** What tests say of a build: one row for each report group of an action execution. */
export const testReports: Migration = {
  id: '0005-test-reports',
  async up({ run }) {
    await run(
      'create table test_reports (action_execution_id text not null, name text not null, pipeline_name text not null, stage_name text not null, action_name text not null, created bigint not null, failed text not null, doc text not null, primary key (action_execution_id, name))',
    )
    await run(
      'create index test_reports_before on test_reports (pipeline_name, stage_name, action_name, name, created)',
    )
  },
}
