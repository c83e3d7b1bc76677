import type { Migration } from './migration.js'

/** When each job was first handed to a worker: before that it waited, and waiting is no work. */
export const jobStarted: Migration = {
  id: '0008-job-started',
  async up({ run }) {
    await run('alter table jobs add column started bigint')
  },
}
