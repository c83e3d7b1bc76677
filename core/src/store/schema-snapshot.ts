import { sql } from 'kysely'
import type { Database } from './database.js'

/** The schema as SQLite has it after all migrations, one statement a line, for `schema.sql`: a migration shows as a diff. */
export async function schemaSnapshot(database: Database): Promise<string> {
  const found = await sql<{ sql: string }>`
    select sql from sqlite_master where sql is not null and name not like 'sqlite_%' order by type desc, name
  `.execute(database.db)
  return found.rows.map((row) => `${row.sql.replaceAll(/\s+/g, ' ')};\n`).join('')
}
