import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ExecutionDetails } from '../domain/job.js'
import type { WorkFolder } from './workspace.js'

/** Keeps beside the steps what a job told last of how far it is, for when `run` is called again. A full disk keeps nothing. */
export function keepProgress(folder: WorkFolder, details: ExecutionDetails): void {
  const path = join(folder.root, 'progress')
  try {
    writeFileSync(`${path}.new`, JSON.stringify(details), { mode: 0o600 })
    renameSync(`${path}.new`, path)
  } catch {
    // It is shown, nothing more: the job does not fail for it.
  }
}

/** What was kept; `undefined` when nothing was told yet. */
export function lastProgress(folder: WorkFolder): ExecutionDetails | undefined {
  try {
    return JSON.parse(readFileSync(join(folder.root, 'progress'), 'utf8')) as ExecutionDetails
  } catch {
    return undefined
  }
}
