/** The one place that knows the drivers' own words for what callers are to tell apart. */
import { Busy } from '../domain/busy.js'

/** The disk under the database is full. `status` and `expose`: faces may tell callers so, as a 507. */
export class StorageFull extends Error {
  override readonly name = 'StorageFull'
  readonly status = 507
  readonly expose = true

  constructor(place: string, cause: unknown) {
    super(`the disk of ${place} is full: nothing was changed, so make room there and try again`, { cause })
  }
}

/** SQLite's codes, and PostgreSQL's `disk_full`. */
const full = ['SQLITE_FULL', 'SQLITE_IOERR_WRITE', '53100']

/** PostgreSQL's `serialization_failure` and `deadlock_detected`: the same work may well succeed the next time. */
const lostRace = ['40001', '40P01']

/**
 * PostgreSQL's `lock_not_available`, once `lock_timeout` is over, and what SQLite says when another process writes to its
 * file for longer than `busy_timeout`.
 */
const held = ['55P03', 'SQLITE_BUSY', 'SQLITE_BUSY_SNAPSHOT', ...lostRace]

/**
 * PostgreSQL's `unique_violation`: every verb has looked before it inserts, so somebody was quicker. On SQLite, where
 * works come one after the other, it would be a defect and is left as it is.
 */
const taken = '23505'

const codeOf = (error: unknown) => String((error as { code?: unknown } | null)?.code)

/** Rejects with StorageFull or Busy where the driver says so in its own words. `place`: the file, or the server. */
export async function inOurWords<T>(place: string, work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    const code = codeOf(error)
    if (full.includes(code)) throw new StorageFull(place, error)
    if (held.includes(code)) throw new Busy('held', { cause: error })
    if (code === taken) throw new Busy('taken', { cause: error })
    throw error
  }
}

/** True for what only damage of the file explains. */
export function isDamage(error: unknown): boolean {
  return /^SQLITE_(?:CORRUPT|NOTADB)/.test(codeOf(error))
}

/** True for what PostgreSQL asks to have tried again. */
export function isLostRace(error: unknown): boolean {
  return lostRace.includes(codeOf(error))
}

/** Node's, of sockets and names. */
const lostSocket = [
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'EHOSTDOWN',
  'ENETUNREACH',
  'ENETDOWN',
  'EADDRNOTAVAIL',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ENOENT', // its unix socket
]

/**
 * PostgreSQL's `connection_exception` class; admin, crash and idle shutdown; starting up or in recovery; out of
 * connections, for all or for this role or database; and what a primary says that has become a standby.
 */
const lostServer = /^(08...|57P0[1235]|25P03|53300|25006)$/

/** What the driver says without a code. */
const lostWords =
  /^(Connection terminated|Client has encountered a connection error|Client was closed|timeout exceeded when trying to connect|timeout expired|Query read timeout|Cannot use a pool after calling end)/

/** True when the connection to the database is gone, or none can be made now. */
export function isConnectionLost(error: unknown): boolean {
  const code = codeOf(error)
  return lostSocket.includes(code) || lostServer.test(code) || lostWords.test(String((error as Error)?.message))
}

/** True when PostgreSQL has ended a statement that took too long; the connection is good. */
export function isTimedOut(error: unknown): boolean {
  return codeOf(error) === '57014'
}
