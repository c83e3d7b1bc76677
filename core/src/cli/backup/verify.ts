import { execFile } from 'node:child_process'
import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { checkMasterKey } from '../../app/master-key.js'
import { reason } from '../../host/contain.js'
import { MasterKey } from '../../http/master-key.js'
import type { Database } from '../../store/database.js'
import { findDamage } from '../../store/integrity.js'
import { MetaStore } from '../../store/meta-store.js'
import { CommandFailed, print } from '../output.js'
import { databaseFiles } from './contents.js'
import { noteOf } from './note.js'

/** What a backup was found to hold. */
interface Verified {
  readonly folder: string
  readonly made: string
  readonly version: string
  readonly database: 'sqlite' | 'postgres'
  /** Of SQLite, whose copy is opened; a dump of PostgreSQL is read to its end. */
  readonly pipelines?: number
  readonly executions?: number
}

/**
 * `penstock verify-backup FOLDER`: opens a copy of its database as a restored server would, looks through all of it, and tries its master
 * key. Nothing of the backup is changed. Errors: CommandFailed with what is wrong.
 */
export async function verifyBackup(folder: string, options: { readonly output?: string }): Promise<void> {
  const from = resolve(folder)
  const { made, version, database = 'sqlite' } = noteOf(from)
  const key = join(from, 'secrets', 'master.key')
  if (!existsSync(key)) throw new CommandFailed(`${from} has no secrets/master.key: nothing of it could be opened`)
  const copy = mkdtempSync(join(tmpdir(), 'penstock-verify-'))
  try {
    const counts = database === 'sqlite' ? await openCopy(from, copy, key) : await readDump(from)
    const verified: Verified = { folder: from, made, version, database, ...counts }
    print(options.output, verified, () => [
      `${from} can be restored: made ${made} by Penstock ${version}${
        verified.pipelines === undefined ? '' : `, ${verified.pipelines} pipelines, ${verified.executions} executions`
      }`,
    ])
  } finally {
    rmSync(copy, { recursive: true, force: true })
  }
}

async function openCopy(
  from: string,
  folder: string,
  key: string,
): Promise<Pick<Verified, 'pipelines' | 'executions'>> {
  const file = join(folder, databaseFiles.sqlite)
  const source = join(from, databaseFiles.sqlite)
  if (!existsSync(source)) throw new CommandFailed(`${from} has no ${databaseFiles.sqlite}`)
  copyFileSync(source, file)
  const damage = await findDamage(file).damage
  if (damage !== undefined) throw new CommandFailed(`${source} is damaged: ${damage}`)
  // Loaded now: a machine without the module is told in words before.
  const { openSqlite } = await import('../../store/database.js')
  const database = await openSqlite(file).catch((error) => {
    throw new CommandFailed(`${source} cannot be opened: ${reason(error)}`)
  })
  try {
    await checkMasterKey(new MetaStore(database), MasterKey.load(key), key)
    return { pipelines: await count(database, 'pipelines'), executions: await count(database, 'executions') }
  } finally {
    await database.close()
  }
}

async function count({ db }: Database, table: 'pipelines' | 'executions'): Promise<number> {
  const row = await db
    .selectFrom(table)
    .select((q) => q.fn.countAll().as('n'))
    .executeTakeFirst()
  return Number(row?.n ?? 0)
}

/** To its end, into nothing: a dump that is cut off is found. */
async function readDump(from: string): Promise<Record<string, never>> {
  const dump = join(from, databaseFiles.postgres)
  try {
    await promisify(execFile)('pg_restore', ['--file', '/dev/null', dump], { maxBuffer: 1024 ** 2 })
    return {}
  } catch (error) {
    throw new CommandFailed(`${dump} cannot be read: ${reason(error).split('\n').slice(0, 3).join(' ')}`)
  }
}
