import { accessSync, constants, existsSync, lstatSync, readdirSync, statfsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Config } from '../../app/config.js'
import { lockHolder } from '../../app/folder-lock.js'
import { reason } from '../../host/contain.js'
import { leftovers } from '../../worker/leftovers.js'
import type { Finding } from './finding.js'

/** Whether it is there, or can be made, and is this user's. */
export function lookAtDataFolder({ dataDir }: Config): Finding {
  const name = 'data folder'
  if (!existsSync(dataDir)) {
    const parent = existing(dirname(dataDir))
    if (writable(parent)) return { name, state: 'ok', found: `${dataDir} will be made` }
    const found = `${dataDir} is not there, and ${parent} is not writable`
    return { name, state: 'bad', found, remedy: 'make it writable, or choose another with --data' }
  }
  if (!writable(dataDir)) return closed(name, dataDir)
  const holder = lockHolder(dataDir)
  const found = holder === undefined ? dataDir : `${dataDir}, in use by the server with pid ${holder}`
  return { name, state: 'ok', found }
}

/** Nothing of the secrets, and not the database, may be for others to read. */
export function lookAtSecrets({ dataDir, masterKeyFile, artifacts }: Config): Finding {
  const name = 'secrets'
  if (isClosed(dataDir)) return closed(name, dataDir)
  const files = ['penstock.db', 'penstock.db-wal', 'penstock.db-shm'].map((file) => join(dataDir, file))
  const keys = [masterKeyFile, artifacts.encryptionKeyFile].filter((file) => file !== undefined)
  try {
    const all = [...files, ...keys, ...below(join(dataDir, 'secrets'))].filter((file) => existsSync(file))
    const open = all.filter((file) => (lstatSync(file).mode & 0o077) !== 0)
    if (open.length === 0) return { name, state: 'ok', found: `${all.length} files, for their owner alone` }
    return {
      name,
      state: 'bad',
      found: `${open.join(', ')} can be read by others`,
      remedy: `chmod go= ${open.join(' ')}`,
    }
  } catch (error) {
    return { name, state: 'bad', found: reason(error), remedy: `run this as the user that the server runs as` }
  }
}

/** Room for artifacts and logs. */
export function lookAtDisk({ dataDir }: Config): Finding {
  const { bavail, bsize } = statfsSync(existing(dataDir))
  const free = (bavail * bsize) / 2 ** 30
  const found = `${free.toFixed(1)} GiB free for ${dataDir}`
  if (free >= 5) return { name: 'disk', state: 'ok', found }
  const remedy = 'artifacts and logs need room: free some, or lower retention.historyDays'
  return { name: 'disk', state: free < 0.5 ? 'bad' : 'warn', found, remedy }
}

/** Workspaces of actions that are over: what could not be removed fills the disk. */
export function lookAtLeftovers({ dataDir }: Config): Finding {
  const name = 'workspaces'
  if (isClosed(dataDir) || isClosed(join(dataDir, 'work'))) return closed(name, dataDir)
  const left = leftovers(dataDir)
  const [first] = left
  if (first === undefined) return { name, state: 'ok', found: 'nothing is left of actions that are over' }
  const more = left.length > 1 ? `, and ${left.length - 1} more` : ''
  const found = `${first.folder} could not be removed (${first.reason})${more}`
  return { name, state: 'warn', found, remedy: `as root: rm -rf ${left.map(({ folder }) => folder).join(' ')}` }
}

/** True when there is a folder that this user may not look into: nothing can then be said of what is in it. */
export function isClosed(folder: string): boolean {
  return existsSync(folder) && !permits(folder, constants.R_OK | constants.X_OK)
}

/** What is to be said of something in such a folder. */
export function closed(name: string, folder: string): Finding {
  const remedy = `run this as the user that the server runs as, or give it the folder: chown -R USER ${folder}`
  return { name, state: 'bad', found: `${folder} is not this user's`, remedy }
}

function below(folder: string): string[] {
  if (!existsSync(folder)) return []
  const entries = readdirSync(folder, { withFileTypes: true, recursive: true }).filter(
    (entry) => !entry.isSymbolicLink(),
  )
  return [folder, ...entries.map((entry) => join(entry.parentPath, entry.name))]
}

function existing(path: string): string {
  return existsSync(path) ? path : existing(dirname(path))
}

function writable(path: string): boolean {
  return permits(path, constants.W_OK)
}

function permits(path: string, mode: number): boolean {
  try {
    accessSync(path, mode)
    return true
  } catch {
    return false
  }
}
