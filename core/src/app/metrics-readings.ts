import { statfs } from 'node:fs/promises'
import type { Clock } from '../domain/clock.js'
import type { DeliveryStore } from '../domain/delivery.js'
import { openJobStatuses } from '../domain/job.js'
import type { Database } from '../store/database.js'
import type { Config } from './config.js'
import { inject, injectable, tokens } from './services.js'

/** What there is right now, counted in the database and on the disk: a few statements a scrape. */
@injectable()
export class MetricsReadings {
  constructor(
    @inject(tokens.database) private readonly database: Pick<Database, 'db'>,
    @inject(tokens.config) private readonly config: Pick<Config, 'dataDir'>,
    @inject(tokens.clock) private readonly clock: Pick<Clock, 'now'>,
    @inject(tokens.deliveries) private readonly kept: Pick<DeliveryStore, 'counts'>,
  ) {}

  deliveries(): ReturnType<DeliveryStore['counts']> {
    return this.kept.counts()
  }

  async count(table: 'pipelines' | 'outbox'): Promise<number> {
    const row = await this.database.db
      .selectFrom(table)
      .select((q) => q.fn.countAll().as('n'))
      .executeTakeFirst()
    return Number(row?.n ?? 0)
  }

  async liveExecutions(): Promise<[string, number][]> {
    const rows = await this.database.db
      .selectFrom('executions')
      .select(['status', (q) => q.fn.countAll().as('n')])
      .where('live', '=', 1)
      .groupBy('status')
      .execute()
    return rows.map(({ status, n }) => [status, Number(n)])
  }

  async openJobs(): Promise<[string, number][]> {
    const rows = await this.database.db
      .selectFrom('jobs')
      .select(['status', (q) => q.fn.countAll().as('n')])
      .where('status', 'in', openJobStatuses)
      .groupBy('status')
      .execute()
    return rows.map(({ status, n }) => [status, Number(n)])
  }

  /** Actions that nobody works on: an approval has no job. */
  async approvals(): Promise<number> {
    const row = await this.database.db
      .selectFrom('action_executions')
      .select((q) => q.fn.countAll().as('n'))
      .where('deadline', 'is not', null)
      .where('status', '=', 'InProgress')
      .where('id', 'not in', (q) => q.selectFrom('jobs').select('action_execution_id').where('ended', 'is', null))
      .executeTakeFirst()
    return Number(row?.n ?? 0)
  }

  async oldestWait(): Promise<number> {
    const row = await this.database.db
      .selectFrom('jobs')
      .select((q) => q.fn.min('created').as('since'))
      .where('status', '=', 'Queued')
      .executeTakeFirst()
    return row?.since == null ? 0 : Math.max(0, (this.clock.now() - Number(row.since)) / 1000)
  }

  async sources(): Promise<[string, number][]> {
    const rows = await this.database.db.selectFrom('source_states').select('doc').execute()
    const failing = rows.filter(({ doc }) => (JSON.parse(doc) as { readonly error?: string }).error !== undefined)
    return [
      ['failing', failing.length],
      ['well', rows.length - failing.length],
    ]
  }

  async disk(): Promise<[string, number][]> {
    const { bavail, blocks, bsize } = await statfs(this.config.dataDir)
    return [
      ['free', bavail * bsize],
      ['size', blocks * bsize],
    ]
  }
}
