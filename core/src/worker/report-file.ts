import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { JobReport } from './run-job.js'
import type { WorkFolder } from './workspace.js'

/** Keeps how a run ended until the queue has taken it: after a crash in between, the deed is not done again. */
export function keepReport(folder: WorkFolder, report: JobReport): void {
  writeFileSync(join(folder.root, 'report.json'), JSON.stringify(report), { mode: 0o600 })
}

/** The report that was kept and perhaps not delivered, or `undefined`. */
export function readReport(folder: WorkFolder): JobReport | undefined {
  try {
    const text = readFileSync(join(folder.root, 'report.json'), 'utf8')
    return text.endsWith('}') ? (JSON.parse(text) as JobReport) : undefined
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
