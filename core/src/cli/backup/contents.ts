/** What a backup holds besides the database. Running steps (`work`) belong to the machine, not to the data. */
export const copiedFolders = ['artifacts', 'logs', 'secrets', 'plugins', 'plugin-data'] as const
export const copiedFiles = ['format', 'worker-id'] as const

/** The databases' copies, in the backup's folder. */
export const databaseFiles = { sqlite: 'penstock.db', postgres: 'postgres.dump' } as const

/** `backup.json`; backups of older versions have no `database`, and are SQLite's. */
export interface BackupNote {
  readonly version: string
  readonly format: number
  /** ISO 8601. */
  readonly made: string
  readonly database?: keyof typeof databaseFiles
}
