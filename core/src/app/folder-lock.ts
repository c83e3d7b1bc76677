/** One server for one data folder: a lock file that names its holder, and that a crash does not leave behind for good. */
import { closeSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { DataFolderRefused } from './data-folder.js'

interface Holder {
  readonly pid: number
  /** The process's start time in clock ticks after boot: tells it from a later process with its pid. */
  readonly started: string
  readonly boot: string
  readonly host: string
}

/** Takes the folder; the answer gives it back. Errors: DataFolderRefused naming the process that has it. */
export function lockFolder(folder: string): () => void {
  const file = join(folder, 'server.lock')
  const me = describe(process.pid)
  for (let tries = 0; tries < 3; tries++) {
    if (tryCreate(file, me)) return () => release(file, me)
    const holder = read(file)
    if (holder && isAlive(holder)) {
      throw new DataFolderRefused(
        `the data folder ${folder} is in use by the server with pid ${holder.pid}${holder.host === me.host ? '' : ` on ${holder.host}`}: ` +
          'stop it, or give this one another folder (--data); several servers share a PostgreSQL database, not a folder',
      )
    }
    // Renaming first: of two servers that both find a dead holder, only one moves its file away.
    try {
      const stale = `${file}.stale.${process.pid}`
      renameSync(file, stale)
      rmSync(stale)
    } catch {}
  }
  throw new DataFolderRefused(`${file} cannot be taken: other servers are starting on the same folder`)
}

/** The pid of the server that has the folder, if one is alive. */
export function lockHolder(folder: string): number | undefined {
  const holder = read(join(folder, 'server.lock'))
  return holder && isAlive(holder) ? holder.pid : undefined
}

function tryCreate(file: string, me: Holder): boolean {
  try {
    const handle = openSync(file, 'wx', 0o600)
    writeSync(handle, JSON.stringify(me))
    closeSync(handle)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

function release(file: string, me: Holder): void {
  const holder = read(file)
  if (holder?.pid === me.pid && holder.started === me.started) rmSync(file, { force: true })
}

function read(file: string): Holder | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Holder
  } catch {
    return undefined
  }
}

/** On another host nobody can tell, so the lock counts. */
function isAlive(holder: Holder): boolean {
  if (holder.host !== hostname()) return true
  const now = describe(holder.pid)
  return now.started !== '' && now.started === holder.started && now.boot === holder.boot
}

function describe(pid: number): Holder {
  return { pid, started: startTime(pid), boot: bootId(), host: hostname() }
}

/** Field 22 of /proc/PID/stat; the name in field 2 may hold anything, so what follows its last bracket is counted. */
function startTime(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? ''
  } catch {
    return aliveWithoutProc(pid) ? 'alive' : ''
  }
}

/** Where there is no /proc (macOS). */
function aliveWithoutProc(pid: number): boolean {
  if (process.platform === 'linux') return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
  } catch {
    return ''
  }
}
