import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { JobReport } from './run-job.js'
import type { WorkFolder } from './workspace.js'

/** Keeps how a run ended until the queue has taken it: after a crash in between, the deed is not done again. */
export function keepReport(folder: WorkFolder, report: JobReport): void {
  const path = join(folder.root, 'report.json')
  writeFileSync(`${path}.new`, JSON.stringify(report), { mode: 0o600 })
  renameSync(`${path}.new`, path)
}

/** The report that was kept and perhaps not delivered, or `undefined`. */
export function readReport(folder: WorkFolder): JobReport | undefined {
  try {
    return JSON.parse(readFileSync(join(folder.root, 'report.json'), 'utf8')) as JobReport
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
