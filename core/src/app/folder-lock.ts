/** One server for one data folder: a lock file that names its holder, and that a crash does not leave behind for good. */
import { closeSync, openSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeSync } from 'node:fs'
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

/** How often a holder shows that it lives, and when one on another machine counts as gone; milliseconds of real time. */
const beat = 10_000
const silence = 60_000

/** Takes the folder; the answer gives it back. Errors: DataFolderRefused naming the process that has it. */
export function lockFolder(folder: string): () => void {
  const file = join(folder, 'server.lock')
  const me = describe(process.pid)
  for (let tries = 0; tries < 3; tries++) {
    if (tryCreate(file, me)) return keep(file, me)
    const holder = read(file)
    if (holder && isAlive(holder, file)) {
      const elsewhere = holder.host !== me.host
      const remedy = elsewhere ? `; if that machine or container is gone, try again in ${silence / 1000} s` : ''
      throw new DataFolderRefused(
        `the data folder ${folder} is in use by the server with pid ${holder.pid}${elsewhere ? ` on ${holder.host}` : ''}: ` +
          `stop it, or give this one another folder (--data); several servers share a PostgreSQL database, not a folder${remedy}`,
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
  const file = join(folder, 'server.lock')
  const holder = read(file)
  return holder && isAlive(holder, file) ? holder.pid : undefined
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

function keep(file: string, me: Holder): () => void {
  const timer = setInterval(() => touch(file), beat)
  timer.unref()
  return () => {
    clearInterval(timer)
    release(file, me)
  }
}

function touch(file: string): void {
  try {
    utimesSync(file, new Date(), new Date())
  } catch {} // the folder is gone: its server will soon say so louder
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

/** Of another machine (or container) only the file's time tells whether its server still lives. */
function isAlive(holder: Holder, file: string): boolean {
  if (holder.host !== hostname())
    return Date.now() - (statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0) < silence
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
    const [state = '', ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    // A process that has ended and only waits for its parent to notice holds nothing any more.
    return state === 'Z' || state === 'X' ? '' : (fields[18] ?? '')
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
