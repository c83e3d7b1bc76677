import { createHash } from 'node:crypto'
import { appendFileSync, closeSync, existsSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import { constants } from 'node:os'
import { join } from 'node:path'
import { defined } from '../domain/defined.js'
import type { ProcessIdentity } from './process-table.js'
import type { Enclosure } from './sandbox/enclosure.js'
import type { IsolationLevel } from './sandbox/isolation.js'
import type { LimitName, StepLimits } from './sandbox/limits.js'
import { outOfMemoryCount } from './sandbox/out-of-memory.js'
import { commandScript } from './step-script.js'

/** What a step is to run. */
export interface StepSpec {
  /** The step's own folder, absolute; made when the step is. Its path is also the mark of the step's processes. */
  readonly folder: string
  readonly command: readonly [string, ...string[]]
  /** Absolute. */
  readonly cwd: string
  /** The whole environment. */
  readonly env: Readonly<Record<string, string>>
  /** The file that stdout and stderr go to, appending. */
  readonly log: string
  /** Written to the log before the command, and what errors call it; secrets already masked. */
  readonly title: string
  /** Epoch milliseconds; kept on disk, so that a restart does not move it. */
  readonly deadline?: number
  /** Standard output goes to the file `stdout` of the step's folder instead. */
  readonly capture?: boolean
  readonly level?: IsolationLevel
  readonly limits?: StepLimits
  /** What stands around the command; nothing at level `none`. */
  readonly enclosure?: Enclosure
  /** The folder of the control group that its processes are in. */
  readonly cgroup?: string
}

/** What is kept about a step beside its script: never a secret. */
export interface StepRecord {
  /** SHA-256 of the command. */
  readonly fingerprint: string
  readonly title: string
  readonly deadline?: number
  readonly limits?: StepLimits
  readonly level?: IsolationLevel
  /** The container's name. */
  readonly container?: string
  /** The folder of its control group. */
  readonly cgroup?: string
  /** How many processes the kernel had ended for want of memory when the step began. */
  readonly outOfMemory?: number
}

/** Why we ended a step ourselves. */
export type KillReason = 'stop' | 'timeout' | LimitName

/** The status file, read: each part is absent until it is written whole. */
export interface StepStatus {
  readonly start?: ProcessIdentity
  readonly killed?: KillReason
  readonly exitCode?: number
}

/** Tells one command from another. */
export function fingerprint(command: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(command)).digest('hex')
}

/** The record of a step that was made before, or `undefined`. */
export function readRecord(folder: string): StepRecord | undefined {
  const text = readIfThere(join(folder, 'step.json'))
  return text?.endsWith('}') ? (JSON.parse(text) as StepRecord) : undefined
}

/**
 * Makes the step's folder. The record is written last, in one piece: without it the folder is as good as not there.
 * Errors: JobFailed for a variable that no shell can export.
 */
export function writeStep(spec: StepSpec): StepRecord {
  const record: StepRecord = {
    fingerprint: fingerprint(spec.command),
    title: spec.title,
    ...defined({
      deadline: spec.deadline,
      limits: spec.limits,
      level: spec.level,
      container: spec.enclosure?.container,
      cgroup: spec.cgroup,
      outOfMemory: spec.limits?.memory === undefined ? undefined : outOfMemoryCount(),
    }),
  }
  const script = commandScript(spec)
  mkdirSync(spec.folder, { recursive: true, mode: 0o700 })
  writeFileSync(join(spec.folder, 'cmd'), script, { mode: 0o600 })
  writeFileSync(join(spec.folder, 'step.json'), JSON.stringify(record), { mode: 0o600 })
  return record
}

/** Reads `status`; a last line without its newline does not count. */
export function readStatus(folder: string): StepStatus {
  const text = readIfThere(join(folder, 'status'))
  if (text === undefined) return {}
  const status: { start?: ProcessIdentity; killed?: KillReason; exitCode?: number } = {}
  for (const line of text.slice(0, text.lastIndexOf('\n') + 1).split('\n')) {
    const [word, ...rest] = line.split(' ')
    if (word === 'start') {
      status.start = { pid: Number(rest[0]), startTime: rest[1] ?? '', bootId: rest[2] ?? '' }
    } else if (word === 'kill') {
      status.killed ??= rest[0] as KillReason
    } else if (word === 'exit') {
      status.exitCode ??= Number(rest[0])
    }
  }
  return status
}

/** Writes down that it was us who ended the step, before we do. */
export function recordKill(folder: string, reason: KillReason): void {
  appendFileSync(join(folder, 'status'), `kill ${reason}\n`, { mode: 0o600 })
}

/** Takes the launch token, so that nobody starts this step any more. False when its supervisor was faster. */
export function takeToken(folder: string): boolean {
  try {
    closeSync(openSync(join(folder, 'status'), 'wx', 0o600))
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

/** The name of the signal that a shell's exit code stands for: 143 is SIGTERM. */
export function signalOf(exitCode: number): string | undefined {
  if (exitCode <= 128) return undefined
  return Object.entries(constants.signals).find(([, number]) => number === exitCode - 128)?.[0]
}

function readIfThere(path: string): string | undefined {
  if (!existsSync(path)) return undefined // every new step: an error for that would cost more than the look
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
