import {
  closeSync,
  existsSync,
  fsync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
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
  if (masker.isEmpty) await becomeLog(spool, log, size)
  else await copyMasked(spool, log, masker)
  return true
}

/** Where there is nothing to mask, the spool is the log. */
async function becomeLog(spool: string, log: string, size: number): Promise<void> {
  if (size > 0) await synced(openSync(spool, 'r'))
  inItsFolder(log, () => renameSync(spool, log))
}

async function copyMasked(spool: string, log: string, masker: Masker): Promise<void> {
  const stream = new MaskStream(masker)
  const bytes = Buffer.concat([...stream.push(readFileSync(spool)), ...stream.end()])
  const file = inItsFolder(log, () => openSync(log, 'wx', 0o600))
  await synced(file, () => {
    for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done)
  })
  unlinkSync(spool)
}

/** Closes the file once it is on the disk, its name included on the file systems that Linux servers have. */
async function synced(file: number, write = () => {}): Promise<void> {
  try {
    write()
    await sync(file)
  } finally {
    closeSync(file)
  }
}

/** Makes the file's folder when it turns out not to be there: one of 256, so nearly always it is. */
function inItsFolder<T>(path: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    return work()
  }
}
