import { chmodSync, closeSync, existsSync, openSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Logger } from '../host/plugin.js'
import { type Database, openPostgres, openSqlite } from '../store/database.js'
import { lookAtNativeModule } from '../store/native-module.js'
import type { Config } from './config.js'
import { ConfigError } from './config-file.js'

/** The database of a configuration. Errors: NewerSchema; ConfigError in words that name the file or the server. */
export async function openDatabase({ database: { url }, dataDir }: Config, log?: Logger): Promise<Database> {
  const file = join(dataDir, 'penstock.db')
  try {
    if (url !== undefined) return await openPostgres(url, { tell: (event, words) => tell(log, event, words) })
    needNativeModule()
    keepPrivate(file)
    return await openSqlite(file)
  } catch (error) {
    if (error instanceof ConfigError || (error as Error).name === 'NewerSchema') throw error
    throw new ConfigError([url === undefined ? sqliteProblem(file, error) : postgresProblem(url, error)])
  }
}

function tell(log: Logger | undefined, event: 'lost' | 'back' | 'skew', words: string): void {
  if (event === 'back') log?.info(words)
  else if (event === 'skew') log?.warn(words)
  else log?.error('the database is not heard any more', { reason: words })
}

/** Before any file is made: a backup would mend nothing. Errors: ConfigError. */
function needNativeModule(): void {
  const problem = lookAtNativeModule()
  if (problem) throw new ConfigError([`${problem.found}: ${problem.remedy}`])
}

/** SQLite gives its other files the mode of this one, and the folder may be one that others can look into. */
function keepPrivate(file: string): void {
  // A file that is there must not be opened: to close it again would drop the locks of a server in this process.
  const found = statSync(file, { throwIfNoEntry: false })
  if (found === undefined) closeSync(openSync(file, 'a', 0o600))
  else if (found.isDirectory()) throw new Error('EISDIR: it is a folder')
  for (const each of [file, `${file}-wal`, `${file}-shm`]) if (existsSync(each)) chmodSync(each, 0o600)
}

function sqliteProblem(file: string, error: unknown): string {
  const { message, code } = error as NodeJS.ErrnoException
  const full = code === 'ENOSPC' || code === 'SQLITE_FULL'
  const hint = full ? 'make room on its disk' : 'if it was damaged, penstock restore brings a backup back'
  return `the database ${file} cannot be opened (${message}): ${hint}`
}

/** Without the password that the URL may hold. */
function postgresProblem(url: string, error: unknown): string {
  const { message, code, errors } = error as NodeJS.ErrnoException & { readonly errors?: readonly Error[] }
  const why = message || errors?.map((one) => one.message).join(', ') || code
  return `database.url: the PostgreSQL server at ${hostOf(url)} cannot be used (${why})`
}

function hostOf(url: string): string {
  try {
    const { host, pathname } = new URL(url)
    return `${host}${pathname}`
  } catch {
    return 'an address that is no URL'
  }
}
