import { type Kysely, sql, type Transaction } from 'kysely'
import type { DialectName } from './database.js'
import { initial } from './migrations/0001-initial.js'
import { sharedLogs } from './migrations/0002-shared-logs.js'
import { flatGrowth } from './migrations/0003-flat-growth.js'
import { pluginValues } from './migrations/0004-plugin-values.js'
import { testReports } from './migrations/0005-test-reports.js'
import { webhookNews } from './migrations/0006-webhook-news.js'
import { secretsAndForks } from './migrations/0007-secrets-and-forks.js'
import { jobStarted } from './migrations/0008-job-started.js'
import { deliveries } from './migrations/0009-deliveries.js'
import type { Migration, MigrationTools } from './migrations/migration.js'
import type { Schema } from './schema.js'

/** Every migration there is, oldest first. */
export const migrations: readonly Migration[] = [
  initial,
  sharedLogs,
  flatGrowth,
  pluginValues,
  testReports,
  webhookNews,
  secretsAndForks,
  jobStarted,
  deliveries,
]

/** The data was written by a newer Penstock than this one. */
export class NewerSchema extends Error {
  constructor(unknown: string) {
    super(
      `The database was migrated by a newer Penstock (it has '${unknown}', this version knows up to '${migrations.at(-1)?.id}'): start that version or a later one`,
    )
    this.name = 'NewerSchema'
  }
}

/** Brings the schema up to date, one transaction a migration. Errors: NewerSchema. */
export async function migrate(db: Kysely<Schema>, dialect: DialectName): Promise<void> {
  await sql`create table if not exists migrations (id text primary key, at bigint not null)`.execute(db)
  const done = new Set(await appliedMigrations(db))
  const unknown = [...done].find((id) => !migrations.some((migration) => migration.id === id))
  if (unknown) throw new NewerSchema(unknown)
  for (const migration of migrations) {
    if (done.has(migration.id)) continue
    await db.transaction().execute(async (tx) => {
      if (dialect === 'postgres') {
        await sql`set local lock_timeout = 0`.execute(tx) // another server may migrate for as long as it takes
        await sql`set local statement_timeout = 0`.execute(tx)
        await sql`select pg_advisory_xact_lock(7221964)`.execute(tx)
      }
      if ((await appliedMigrations(tx)).includes(migration.id)) return
      await migration.up(tools(tx, dialect))
      await sql`insert into migrations (id, at) values (${migration.id}, ${Date.now()})`.execute(tx)
    })
  }
}

async function appliedMigrations(db: Kysely<Schema>): Promise<string[]> {
  const found = await sql<{
    id: string
  }>`select id from migrations order by id`.execute(db)
  return found.rows.map((row) => row.id)
}

function tools(tx: Transaction<Schema>, dialect: DialectName): MigrationTools {
  const serial = dialect === 'postgres' ? 'bigserial primary key' : 'integer primary key autoincrement'
  const bytes = dialect === 'postgres' ? 'bytea' : 'blob'
  const bytewise = dialect === 'postgres' ? 'text collate "C"' : 'text'
  const run = async (statement: string) => {
    await sql.raw(statement).execute(tx)
  }
  return {
    run,
    table: (name, columns) =>
      run(
        `create table ${name} (${columns.replace('{serial}', serial).replace('{bytes}', bytes).replace('{bytewise}', bytewise)})`,
      ),
  }
}
