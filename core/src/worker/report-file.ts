import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { JobReport } from './run-job.js'
import type { WorkFolder } from './workspace.js'

/** Of which job it is: the next job of the same action (J7) has the same folder. */
interface KeptReport {
  readonly jobId: string
  readonly report: JobReport
}

/** Keeps how a run ended until the queue has taken it: after a crash in between, the deed is not done again. */
export function keepReport(folder: WorkFolder, jobId: string, report: JobReport): void {
  const kept: KeptReport = { jobId, report }
  writeFileSync(join(folder.root, 'report.json'), JSON.stringify(kept), { mode: 0o600 })
}

/** The report of this job that was kept and perhaps not delivered, or `undefined`. */
export function readReport(folder: WorkFolder, jobId: string): JobReport | undefined {
  const path = join(folder.root, 'report.json')
  if (!existsSync(path)) return undefined // nearly always: an error for that would cost more than the look
  try {
    const text = readFileSync(path, 'utf8')
    const kept = text.endsWith('}') ? (JSON.parse(text) as KeptReport) : undefined
    return kept?.jobId === jobId ? kept.report : undefined
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
