import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { cp, rename, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { dataFormat } from '../app/data-folder.js'
import { version } from '../app/identity.js'
import type { WhereOptions } from './main.js'
import { CommandFailed } from './output.js'
import { configOf } from './where.js'

/** What of the data folder a backup holds besides the database. Running steps (`work`) belong to the machine, not to the data. */
export const copiedFolders = ['artifacts', 'logs', 'secrets', 'plugins', 'plugin-data'] as const
export const copiedFiles = ['format', 'worker-id'] as const

/**
 * `penstock backup FOLDER`: the database is copied by SQLite itself, at one moment; files are copied after it, so that
 * whatever the copied database names is in the copy. The folder appears under its name when it is whole.
 */
export async function backup(folder: string, options: WhereOptions): Promise<void> {
  const { dataDir, database } = configOf(options)
  const target = resolve(folder)
  if (database.url !== undefined)
    throw new CommandFailed(
      'the database is PostgreSQL: back it up with pg_dump, and then the data folder of each server with your usual tools',
    )
  if (!existsSync(join(dataDir, 'penstock.db')))
    throw new CommandFailed(`${dataDir} is no data folder: it has no penstock.db (--data names another)`)
  if (existsSync(target) && readdirSync(target).length > 0)
    throw new CommandFailed(`${target} is not empty: name a new folder`)
  const unfinished = `${target}.unfinished`
  await rm(unfinished, { recursive: true, force: true })
  mkdirSync(unfinished, { recursive: true, mode: 0o700 })
  await copyDatabase(join(dataDir, 'penstock.db'), join(unfinished, 'penstock.db'))
  for (const name of [...copiedFolders, ...copiedFiles]) await copy(join(dataDir, name), join(unfinished, name))
  writeFileSync(
    join(unfinished, 'backup.json'),
    `${JSON.stringify({ version, format: dataFormat, made: new Date().toISOString() }, null, 2)}\n`,
  )
  await rm(target, { recursive: true, force: true })
  await rename(unfinished, target)
  process.stdout.write(`${target}\nIt holds secrets: keep it as safe as the server.\n`)
}

async function copyDatabase(from: string, to: string): Promise<void> {
  const { default: Sqlite } = await import('better-sqlite3')
  const connection = new Sqlite(from, { readonly: true })
  try {
    await connection.backup(to)
  } finally {
    connection.close()
  }
}

/** Copies what is there. Unfinished artifacts are left out; a file that vanishes meanwhile was not the copy's to have. */
async function copy(from: string, to: string): Promise<void> {
  if (!existsSync(from)) return
  const tmp = join(from, '.tmp')
  try {
    await cp(from, to, {
      recursive: true,
      preserveTimestamps: true,
      verbatimSymlinks: true,
      filter: (path) => !path.startsWith(tmp),
    })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    await copy(from, to)
  }
}
