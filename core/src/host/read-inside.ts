/** Reads what a build may have written: it may have put a link there that leads out of its sandbox, where the reader is. */
import { readFileSync, realpathSync } from 'node:fs'
import { dirname, sep } from 'node:path'
import { JobFailed } from './job-failed.js'
import type { JobContext } from './provider-context.js'

/**
 * The text of a file of this action's: of its workspace, or of an unpacked input. Every file that a command of the action
 * may have made, or replaced, is read by this.
 * Errors: JobFailed for a path that leads elsewhere; the system's, such as ENOENT.
 * @example
 * await ctx.exec(['make', 'version.txt'])
 * const version = readInside(ctx, `${ctx.workspace}/version.txt`)
 */
export function readInside({ workspace }: Pick<JobContext, 'workspace'>, path: string): string {
  const found = realpathSync(path)
  // The workspace and the inputs lie side by side in the action's folder, and a test's context may have its workspace alone.
  const own = [realpathSync(workspace), realpathSync(dirname(workspace))]
  if (own.some((folder) => found.startsWith(`${folder}${sep}`))) return readFileSync(found, 'utf8')
  throw new JobFailed(`${path} is a link that leads out of the action's folders: it is not read`)
}
