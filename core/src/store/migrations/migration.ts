/**
 * What a migration is given: DDL that reads the same on both databases, with `{serial}` for a growing primary key, `{bytes}`
 * for bytes and `{bytewise}` for text that is ordered by its UTF-8 bytes.
 */
export interface MigrationTools {
  table(name: string, columns: string): Promise<void>
  run(statement: string): Promise<void>
}

/** One forward step of the schema; `id` sorts. */
export interface Migration {
  readonly id: string
  up(tools: MigrationTools): Promise<void>
}
