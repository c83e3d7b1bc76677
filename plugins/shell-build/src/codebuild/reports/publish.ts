import { realpath } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { isArtifactError, type JobContext, listFiles, type TestReportInput } from '@penstock/core'
import { baseFolders, relativeGlob } from '../folders.js'
import type { ReportSpec } from '../report-spec.js'
import { readReportFiles } from './read-report.js'

/** Hands in what the report groups' files say, and one line of each into the log. What is wrong with a report fails no build. */
export async function publishReports(ctx: JobContext, root: string, specs: readonly ReportSpec[]): Promise<void> {
  for (const spec of specs) {
    try {
      await publish(ctx, root, spec)
    } catch (error) {
      ctx.signal.throwIfAborted()
      ctx.log.line(`report ${spec.group}: ${(error as Error).message}`)
    }
  }
}

async function publish(ctx: JobContext, root: string, spec: ReportSpec): Promise<void> {
  const files = await filesOf(root, spec)
  if (files.length === 0) return ctx.log.line(`report ${spec.group}: no file matches ${spec.files.join(', ')}`)
  const { report, bad } = await readReportFiles(spec, files)
  for (const { path, reason } of bad) {
    ctx.log.line(`report ${spec.group}: ${path.slice(root.length + 1)} is no ${spec.format}: ${reason}`)
  }
  if (bad.length === files.length) return
  ctx.log.line(`report ${spec.group}: ${summary(report)}`)
  await ctx.testReport?.(report)
}

/** A link that leads out of the build's folder is not read: the server may read what the build may not. */
async function filesOf(root: string, spec: ReportSpec): Promise<readonly string[]> {
  const top = (await realpath(root)) + sep
  const files: string[] = []
  for (const base of await baseFolders(root, spec.baseDirectory)) {
    const globs = spec.files.map((glob) => relativeGlob(root, base, glob))
    for (const path of await matching(base, globs)) {
      const file = join(base, path)
      const real = await realpath(file).catch(() => '')
      if (real.startsWith(top)) files.push(file)
    }
  }
  return files
}

async function matching(base: string, files: readonly string[]): Promise<readonly string[]> {
  try {
    return await listFiles(base, { files })
  } catch (error) {
    if (isArtifactError(error) && error.message.startsWith('no file matches')) return []
    throw error
  }
}

function summary(report: TestReportInput): string {
  if (report.type === 'CODE_COVERAGE') {
    const covered = report.codeCoverages.reduce((sum, file) => sum + file.linesCovered, 0)
    const all = report.codeCoverages.reduce((sum, file) => sum + file.linesCovered + file.linesMissed, 0)
    const share = all === 0 ? 'no lines' : `${((100 * covered) / all).toFixed(1)} % of ${all} lines`
    return `${share} covered, in ${report.codeCoverages.length} files`
  }
  const count = (...statuses: readonly string[]) =>
    report.testCases.filter(({ status }) => statuses.includes(status)).length
  const failed = count('FAILED', 'ERROR')
  return `${report.testCases.length} tests, ${failed} failed, ${count('SKIPPED')} skipped`
}
