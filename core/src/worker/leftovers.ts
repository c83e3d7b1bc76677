import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { ActionLogs } from './log-service.js'
import { isAlive } from './process-table.js'
import type { Reaper } from './reaper.js'
import { removeFolder } from './remove-folder.js'
import { Cgroup } from './sandbox/cgroup.js'
import { readRecord, readStatus } from './step-files.js'
import { workFolder } from './workspace.js'

/** Milliseconds that a supervisor has for writing down the end of its command. */
const LAST_WORDS = 1_000

/** Milliseconds: what follows the action begins at the same time, and somebody waits for that. */
const LET_OTHERS_GO_FIRST = 50

/** The ids of all actions that have a folder now, but those whose log comes from a worker elsewhere. */
export function leftoverIds(dataFolder: string): readonly string[] {
  const ids = namesIn(join(dataFolder, 'work'))
  return ids.filter((id) => !existsSync(join(dataFolder, 'work', id, 'remote')))
}

/** What is to be done once an action is over and its result delivered: its processes end, its log is kept, its folder goes. */
export async function clearAction(dataFolder: string, id: string, logs: ActionLogs, reaper: Reaper): Promise<void> {
  const folder = workFolder(dataFolder, id)
  const steps = namesIn(folder.steps).map((name) => join(folder.steps, name))
  if (steps.length > 0) await reaper.reap(folder.steps)
  else await delay(LET_OTHERS_GO_FIRST)
  for (const step of steps) await endSupervisor(step)
  for (const step of steps) await removeGroup(step)
  await logs.finish(id)
  await removeFolder(folder.root)
}

/** Something of an action that is over and could not be removed. */
export interface Leftover {
  /** Absolute. */
  readonly folder: string
  readonly reason: string
}

/** Keeps, for `penstock doctor`, why an action's folder is still there. */
export function noteLeftover(dataFolder: string, id: string, reason: string): void {
  try {
    writeFileSync(workFolder(dataFolder, id).leftover, `${reason}\n`, { mode: 0o600 })
  } catch {
    // Not even that can be written: the server's log has it.
  }
}

/** What is still there of actions that are over. */
export function leftovers(dataFolder: string): readonly Leftover[] {
  return leftoverIds(dataFolder).flatMap((id) => {
    const { root, leftover } = workFolder(dataFolder, id)
    return existsSync(leftover) ? [{ folder: root, reason: readFileSync(leftover, 'utf8').trim() }] : []
  })
}

/** It ends by itself once its command has; this is for one that cannot write that down. */
async function endSupervisor(step: string): Promise<void> {
  const { start, exitCode } = readStatus(step)
  if (start === undefined || exitCode !== undefined) return
  for (let waited = 0; waited < LAST_WORDS && isAlive(start); waited += 10) await delay(10)
  if (isAlive(start)) process.kill(start.pid, 'SIGKILL')
}

async function removeGroup(step: string): Promise<void> {
  const { cgroup } = readRecord(step) ?? {}
  if (cgroup !== undefined) await new Cgroup(cgroup).remove()
}

function namesIn(folder: string): readonly string[] {
  return existsSync(folder) ? readdirSync(folder) : []
}
