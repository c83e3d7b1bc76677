import { chmodSync, closeSync, existsSync, mkdirSync, openSync, readdirSync, writeFileSync } from 'node:fs'
import { copyFile, cp, rename, rm } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import type { Config } from '../../app/config.js'
import { dataFormat } from '../../app/data-folder.js'
import { version } from '../../app/identity.js'
import { syncPath } from '../../artifacts/folder/durable.js'
import { isClosed } from '../doctor/folder.js'
import type { WhereOptions } from '../main.js'
import { CommandFailed } from '../output.js'
import { configOf } from '../where.js'
import { configurationFolder, configurationOf } from './configuration.js'
import { type BackupNote, copiedFiles, copiedFolders, databaseFiles } from './contents.js'
import { syncTree } from './sync-tree.js'

/**
 * `penstock backup FOLDER`: the database is copied by its own means, at one moment; files are copied after it, so that
 * whatever the copied database names is in the copy. The folder appears under its name when it is whole and on the disk.
 */
export async function backup(folder: string, options: WhereOptions): Promise<void> {
  const config = configOf(options)
  const { dataDir, database } = config
  const target = resolve(folder)
  if (isClosed(dataDir))
    throw new CommandFailed(`${dataDir} is not this user's: run this as the user that the server runs as`)
  if (!existsSync(dataDir) || (database.url === undefined && !existsSync(join(dataDir, 'penstock.db'))))
    throw new CommandFailed(`${dataDir} is no data folder: it has no penstock.db (--data names another)`)
  if (existsSync(target) && readdirSync(target).length > 0)
    throw new CommandFailed(`${target} is not empty: name a new folder`)
  const unfinished = `${target}.unfinished`
  await rm(unfinished, { recursive: true, force: true })
  mkdirSync(unfinished, { recursive: true, mode: 0o700 })
  try {
    await copyAll(config, unfinished)
    await syncTree(unfinished)
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true })
    throw error
  }
  await rm(target, { recursive: true, force: true })
  await rename(unfinished, target)
  await syncPath(dirname(target))
  process.stdout.write(`${[target, ...remarks(config)].join('\n')}\n`)
}

async function copyAll(config: Config, target: string): Promise<void> {
  const { dataDir, database, masterKeyFile, artifacts } = config
  const kind = database.url === undefined ? 'sqlite' : 'postgres'
  const copyOfDatabase = join(target, databaseFiles[kind])
  if (database.url === undefined) await copySqlite(join(dataDir, 'penstock.db'), copyOfDatabase)
  else await (await import('./postgres.js')).dumpDatabase(database.url, copyOfDatabase)
  for (const name of [...copiedFolders, ...copiedFiles]) await copy(join(dataDir, name), join(target, name))
  for (const { from, to } of configurationOf(config)) await copy(from, join(target, configurationFolder, to))
  // Keys that are kept elsewhere: without them nothing of the copy can be opened.
  mkdirSync(join(target, 'secrets'), { recursive: true, mode: 0o700 })
  if (masterKeyFile !== undefined) await copyFile(masterKeyFile, join(target, 'secrets', 'master.key'))
  if (artifacts.encryptionKeyFile !== undefined)
    await copyFile(artifacts.encryptionKeyFile, join(target, 'secrets', 'artifacts.key'))
  for (const file of [databaseFiles[kind], 'secrets/master.key', 'secrets/artifacts.key'])
    if (existsSync(join(target, file))) chmodSync(join(target, file), 0o600)
  const note: BackupNote = { version, format: dataFormat, made: new Date().toISOString(), database: kind }
  writeFileSync(join(target, 'backup.json'), `${JSON.stringify(note, null, 2)}\n`, { mode: 0o600 })
}

function remarks(config: Config): string[] {
  const { artifacts, database, dataDir } = config
  return [
    'It holds secrets: keep it as safe as the server.',
    ...(configurationOf(config).length === 0 ? [] : [`The configuration is in its folder ${configurationFolder}.`]),
    ...(artifacts.store === 'folder'
      ? []
      : [`Artifacts are in the store '${artifacts.store}', and not in this backup.`]),
    ...(database.url === undefined ? [] : [`Logs are those of ${dataDir}: back up the folders of other servers, too.`]),
  ]
}

async function copySqlite(from: string, to: string): Promise<void> {
  const { default: Sqlite } = await import('better-sqlite3')
  closeSync(openSync(to, 'wx', 0o600)) // by itself it would be as the umask lets it
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
