import { appendFileSync, closeSync, fsyncSync, mkdirSync, openSync, readFileSync, statSync } from 'node:fs'
import { JobFailed } from '../host/job-failed.js'
import type { ActionLog } from '../host/provider-context.js'
import { LogReplay } from './log-replay.js'
import { Masker } from './mask.js'
import type { WorkFolder } from './workspace.js'

/**
 * Writes a running action's raw log, into which its steps write too. What was written before a restart is not again.
 * Errors of `write` and `line`: JobFailed when the disk is full.
 */
export class LogSpool implements ActionLog {
  readonly masker: Masker
  readonly replay: LogReplay
  #file: number | undefined

  constructor(readonly folder: WorkFolder) {
    const isNew = mkdirSync(folder.root, { recursive: true, mode: 0o700 }) !== undefined
    this.#file = openSync(folder.spool, 'a', 0o600)
    this.masker = isNew ? new Masker() : readMasks(folder)
    this.replay = new LogReplay(folder.said, folder.spool)
  }

  write(text: string): void {
    if (this.#file === undefined) return // a provider that talks on after its end
    if (text === '' || this.replay.wasSaid(text)) return
    try {
      this.replay.saying(text)
      appendFileSync(this.#file, text)
    } catch (error) {
      throw asJobFailed(error, 'the log could not be written')
    }
  }

  line(text: string): void {
    this.write(text.endsWith('\n') ? text : `${text}\n`)
  }

  /** Bytes that are no words of the provider's: what a step printed, whose place is kept elsewhere. Errors: JobFailed. */
  append(bytes: Uint8Array): void {
    if (this.#file === undefined) return
    try {
      appendFileSync(this.#file, bytes)
    } catch (error) {
      throw asJobFailed(error, 'the log could not be written')
    }
  }

  /** Kept on disk before it counts: a restarted server must mask it too. */
  mask(secret: string): void {
    if (!this.masker.add(secret)) return
    try {
      keepMask(this.folder.masks, secret)
    } catch (error) {
      throw asJobFailed(error, 'a secret could not be noted')
    }
  }

  /** Bytes that are written by now. */
  size(): number {
    return statSync(this.folder.spool).size
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file)
    this.#file = undefined
  }
}

/** What an action's log must not show, as kept on disk. */
export function readMasks(folder: WorkFolder): Masker {
  const masker = new Masker()
  for (const line of readIfThere(folder.masks).split('\n')) {
    if (line !== '') masker.add(JSON.parse(line) as string)
  }
  return masker
}

/** A full disk said in words; other system errors with what was being done. */
export function asJobFailed(error: unknown, what: string): JobFailed {
  if (isDiskFull(error)) {
    return new JobFailed(
      `${what}: the disk of Penstock's data folder is full; free some space and retry`,
      'SystemUnavailable',
    )
  }
  return new JobFailed(`${what}: ${(error as Error).message}`, 'SystemUnavailable')
}

/** True for a system error that says no space, or no more of one's share, is left. */
export function isDiskFull(error: unknown): boolean {
  const { code } = (error ?? {}) as NodeJS.ErrnoException
  return code === 'ENOSPC' || code === 'EDQUOT'
}

function keepMask(path: string, secret: string): void {
  const file = openSync(path, 'a', 0o600)
  try {
    appendFileSync(file, `${JSON.stringify(secret)}\n`)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return ''
    throw error
  }
}
