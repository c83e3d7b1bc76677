import {
  closeSync,
  existsSync,
  fsync,
  mkdirSync,
  openSync,
  readFileSync,
  statSync,
  unlinkSync,
  writeSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { promisify } from 'node:util'
import { type Masker, MaskStream } from './mask.js'

const sync = promisify(fsync)

/** Bytes; a larger log is carried over piece by piece. */
const SMALL = 64 * 1024

/**
 * Carries a small log over that nobody has looked at while it grew, masked, durable, and its spool gone: most logs. Each
 * of these calls is over in some hundredths of a millisecond, a fraction of what handing it to another thread costs; but
 * for the disk, which is waited for beside the server's thread.
 * False, with nothing done, when it is not so, and the ordinary way is to be gone. Errors: the system's, such as ENOSPC.
 */
export async function finishSmall(spool: string, log: string, masker: Masker): Promise<boolean> {
  const size = statSync(spool, { throwIfNoEntry: false })?.size ?? Number.POSITIVE_INFINITY
  if (size > SMALL || existsSync(log)) return false
  const stream = new MaskStream(masker)
  const bytes = Buffer.concat([...stream.push(readFileSync(spool)), ...stream.end()])
  const file = openNew(log)
  try {
    for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done)
    // Also makes the new file's name durable, on the file systems that Linux servers have.
    if (bytes.length > 0) await sync(file)
  } finally {
    closeSync(file)
  }
  unlinkSync(spool)
  return true
}

function openNew(log: string): number {
  try {
    return openSync(log, 'wx', 0o600)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    mkdirSync(dirname(log), { recursive: true, mode: 0o700 })
    return openSync(log, 'wx', 0o600)
  }
}
