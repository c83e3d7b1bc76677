/** Backups by the clock: made by a command of its own, so that a server that answers is not the one that copies. */
import { execFile } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { readdir, rename, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { reason } from '../host/contain.js'
import type { Logger } from '../host/plugin.js'
import type { PeriodicTask } from '../scheduler/coordinator.js'
import { parseSchedule, type Schedule } from '../scheduler/cron.js'
import type { Config } from './config.js'
import { ConfigError } from './config-file.js'

/** `backups:` of penstock.yaml. */
export interface BackupConfig {
  readonly schedule?: string
  readonly timezone: string
  /** Where they go: each into a folder of its own, `penstock-20260101T030000Z`. */
  readonly folder?: string
  readonly keep: number
  /** Whether each is opened and looked through before an older one goes. */
  readonly verify: boolean
}

/** The longest that a backup may take. */
const limitMs = 6 * 60 * 60_000
const ours = /^penstock-\d{8}T\d{6}Z$/
const leftOver = /^penstock-\d{8}T\d{6}Z\.(unfinished|damaged)$/

export interface BackupParts {
  readonly config: Pick<Config, 'backups' | 'dataDir' | 'file'>
  readonly log: Logger
  readonly clock: { now(): number }
  /** Runs `penstock` with these words. Errors: what it said. */
  readonly run?: (args: readonly string[], signal: AbortSignal) => Promise<void>
}

/** The task; `undefined` when none is asked for. Errors: ConfigError. */
export function backupTask(parts: BackupParts): PeriodicTask | undefined {
  const { schedule: text, folder, timezone } = parts.config.backups
  if (text === undefined || folder === undefined) return undefined
  const schedule = scheduleOf(text, timezone)
  return {
    name: 'backups',
    next: (after) => schedule.next(after),
    limit: limitMs,
    run: (signal) => backUp(parts, folder, signal),
  }
}

function scheduleOf(text: string, timezone: string): Schedule {
  try {
    return parseSchedule(text, { timezone, seed: 'backups' })
  } catch (error) {
    throw new ConfigError([`backups.schedule: ${reason(error)}`])
  }
}

async function backUp(parts: BackupParts, folder: string, signal: AbortSignal): Promise<void> {
  const { config, log, clock, run = penstock } = parts
  const { keep, verify } = config.backups
  const name = `penstock-${new Date(clock.now()).toISOString().replace(/\.\d+|[-:]/g, '')}`
  const target = join(folder, name)
  const where = ['--data', config.dataDir, ...(config.file === undefined ? [] : ['--config', config.file])]
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    // What a crash left, or was found to be damaged and has been told of since.
    for (const old of (await readdir(folder)).filter((each) => leftOver.test(each)))
      await rm(join(folder, old), { recursive: true, force: true })
    await run(['backup', target, ...where], signal)
  } catch (error) {
    log.error('the backup failed: the older ones stay', { folder, error: reason(error) })
    return
  }
  if (verify && !(await isGood(target, parts, run, signal))) return
  const removed = await rotate(folder, keep)
  log.info('backup', { folder: target, verified: verify, removed })
}

/** What cannot be restored is no backup: it takes no older one's place. */
async function isGood(
  target: string,
  { log }: BackupParts,
  run: NonNullable<BackupParts['run']>,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    await run(['verify-backup', target], signal)
    return true
  } catch (error) {
    await rename(target, `${target}.damaged`)
    log.error('the backup cannot be restored: the older ones stay', {
      folder: `${target}.damaged`,
      error: reason(error),
    })
    return false
  }
}

/** Answers the names of those that went: never of anything that is not called as backups are. */
async function rotate(folder: string, keep: number): Promise<readonly string[]> {
  const all = (await readdir(folder)).filter((name) => ours.test(name)).sort()
  const old = all.slice(0, Math.max(0, all.length - keep))
  for (const name of old) await rm(join(folder, name), { recursive: true, force: true })
  return old
}

const bin = resolve(__dirname, '../../bin/penstock.js')

async function penstock(args: readonly string[], signal: AbortSignal): Promise<void> {
  await new Promise<void>((done, fail) => {
    execFile(process.execPath, [bin, ...args], { signal, maxBuffer: 1024 ** 2 }, (error, _out, err) => {
      if (error)
        fail(
          new Error(
            err
              .trim()
              .split('\n')
              .at(-1)
              ?.replace(/^penstock: /, '') || error.message,
          ),
        )
      else done()
    })
  })
}
