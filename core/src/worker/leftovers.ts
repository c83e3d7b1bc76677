import { existsSync, readdirSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { ActionLogs } from './log-service.js'
import type { Reaper } from './reaper.js'
import { workFolder } from './workspace.js'

/** The ids of all actions that have a folder now. */
export function leftoverIds(dataFolder: string): readonly string[] {
  const work = join(dataFolder, 'work')
  return existsSync(work) ? readdirSync(work) : []
}

/** What is to be done once an action is over and its result delivered: its processes end, its log is kept, its folder goes. */
export async function clearAction(dataFolder: string, id: string, logs: ActionLogs, reaper: Reaper): Promise<void> {
  const folder = workFolder(dataFolder, id)
  if (existsSync(folder.steps)) await reaper.reap(folder.steps)
  await logs.finish(id)
  await rm(folder.root, { recursive: true, force: true, maxRetries: 3 })
}
