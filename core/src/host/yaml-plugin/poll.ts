import { defined } from '../../domain/defined.js'
import type { Revision } from '../../domain/revision.js'
import { pollExec } from '../poll-exec.js'

/**
 * Runs a poll script outside of any job: its first line is the newest revision's id, the second what is said of it. No
 * line: there is nothing yet. Errors: as pollExec.
 */
export async function runPoll(
  shell: string,
  script: string,
  env: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<Revision | undefined> {
  const { exitCode, stdout, stderr } = await pollExec([shell, '-ec', script], { env, check: false }, signal)
  if (exitCode !== 0) {
    const last = stderr.trim().split('\n').at(-1) ?? ''
    throw new Error(`poll ended with exit code ${exitCode}${last === '' ? '' : `: ${last}`}`)
  }
  const [revisionId = '', summary = ''] = stdout.split('\n').map((line) => line.trim())
  return revisionId === '' ? undefined : { revisionId, ...defined({ revisionSummary: summary || undefined }) }
}
