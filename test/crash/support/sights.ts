/** How far the actions in hand have come, as their folders show: so that a server can be killed between two deeds. */
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { readStatus } from '../../../core/src/worker/step-files.js'

/**
 * `claimed`: no step yet; `made`: a step that the launcher may or may not have been told of; `begun`: its supervisor has
 * the launch token; `ended`: its exit code is written; `told`: the result is noted, and perhaps delivered.
 */
export const sights = ['claimed', 'made', 'begun', 'ended', 'told'] as const
export type Sight = (typeof sights)[number]

/** One action that is not cleared up yet. */
export interface ActionInHand {
  readonly id: string
  readonly sight: Sight
  /** The folder of its first step. */
  readonly step: string
}

/** All actions that have a folder now. */
export function actionsInHand(dataFolder: string): ActionInHand[] {
  const work = join(dataFolder, 'work')
  return namesIn(work).map((id) => {
    const step = join(work, id, 'steps', '0001')
    return { id, step, sight: sightOf(join(work, id), step) }
  })
}

function sightOf(folder: string, step: string): Sight {
  if (existsSync(join(folder, 'report.json'))) return 'told'
  if (!existsSync(join(step, 'step.json'))) return 'claimed'
  const { start, exitCode } = readStatus(step)
  if (exitCode !== undefined) return 'ended'
  return start === undefined ? 'made' : 'begun'
}

/** Waits until an action has come just that far, or the time is over; milliseconds. */
export async function sighted(dataFolder: string, wanted: Sight, limit: number): Promise<void> {
  const deadline = Date.now() + limit
  while (Date.now() < deadline && !actionsInHand(dataFolder).some(({ sight }) => sight === wanted)) await delay(1)
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}
