import { existsSync, lchownSync, mkdirSync, readdirSync, statSync } from 'node:fs'
import { cp } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { Config } from '../../app/config.js'
import { holdFolder } from '../../app/hold.js'
import type { WhereOptions } from '../main.js'
import { CommandFailed } from '../output.js'
import { configOf } from '../where.js'
import { configurationFolder } from './configuration.js'
import { copiedFiles, copiedFolders, databaseFiles } from './contents.js'
import { noteOf } from './note.js'
import { syncTree } from './sync-tree.js'

/** `penstock restore FOLDER`: brings a backup into a data folder (and a database) that is empty; nothing is ever written over. */
export async function restore(folder: string, options: WhereOptions): Promise<void> {
  const config = configOf(options)
  const { dataDir, database } = config
  const from = resolve(folder)
  const { database: kind = 'sqlite' } = noteOf(from)
  refuseOtherDatabase(from, kind, config)
  if (existsSync(dataDir) && readdirSync(dataDir).length > 0) {
    throw new CommandFailed(`${dataDir} is not empty: move it away first, or name another with --data`)
  }
  if (database.url !== undefined)
    await (await import('./postgres.js')).loadDatabase(database.url, join(from, databaseFiles.postgres))
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  for (const name of [databaseFiles.sqlite, ...copiedFolders, ...copiedFiles]) {
    const source = join(from, name)
    if (existsSync(source))
      await cp(source, join(dataDir, name), { recursive: true, preserveTimestamps: true, verbatimSymlinks: true })
  }
  holdFolder(dataDir)
  giveToOwner(dataDir)
  await syncTree(dataDir)
  process.stdout.write(`${[dataDir, ...remarks(config, from)].join('\n')}\n`)
}

function refuseOtherDatabase(from: string, kind: 'sqlite' | 'postgres', { database }: Config): void {
  if (kind === 'postgres' && database.url === undefined)
    throw new CommandFailed(
      `${from} holds a PostgreSQL database: name an empty one with database.url or PENSTOCK_DATABASE_URL`,
    )
  if (kind === 'sqlite' && database.url !== undefined)
    throw new CommandFailed(
      `${from} holds a SQLite database, and the configuration names a PostgreSQL one: take database.url away`,
    )
}

/** Keys that the configuration keeps elsewhere are not put there: nothing is written over. */
function remarks({ masterKeyFile, artifacts, dataDir }: Config, from: string): string[] {
  const elsewhere = [
    [masterKeyFile, 'master.key'],
    [artifacts.encryptionKeyFile, 'artifacts.key'],
  ] as const
  const keys = elsewhere.flatMap(([file, name]) =>
    file === undefined || existsSync(file) || !existsSync(join(from, 'secrets', name))
      ? []
      : [`${file} is not there: copy ${join(dataDir, 'secrets', name)} to it before the server starts`],
  )
  const told = join(from, configurationFolder)
  return [
    ...keys,
    ...(existsSync(told) ? [`The configuration that it had is in ${told}: nothing of it was put in place`] : []),
    'A server on it answers, and runs nothing, until penstock resume: what ran when the backup was made goes on then',
  ]
}

/** Root brings back what the server's user must be able to open: the folder, made for it beforehand, says whose it is. */
function giveToOwner(dataDir: string): void {
  const { uid, gid } = statSync(dataDir)
  if (process.getuid?.() !== 0 || uid === 0) return
  for (const entry of readdirSync(dataDir, { recursive: true, withFileTypes: true }))
    lchownSync(join(entry.parentPath, entry.name), uid, gid)
}
