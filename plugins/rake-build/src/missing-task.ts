import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { type JobContext, readInside } from '@penstock/core'
import type { RakeCommand } from './find-rake.js'

/**
 * Once rake failed: was it for a task that the Rakefile does not have? Asks rake for a dry run, whose words go to a file.
 * Answers rake's own sentence, or `undefined` when the failure was another.
 */
export async function findMissingTask(
  ctx: JobContext,
  command: RakeCommand,
  tasks: readonly string[],
  options: { readonly cwd: string; readonly env: Readonly<Record<string, string>> },
): Promise<string | undefined> {
  const file = join(ctx.workspace, '.penstock', 'dry-run')
  await mkdir(join(ctx.workspace, '.penstock'), { recursive: true })
  const script = 'file=$1; shift; exec "$@" >"$file" 2>&1'
  const label = 'rake --dry-run, to see whether all tasks are there'
  const limit = { check: false, label, timeout: 60_000 } as const
  await ctx.exec(['sh', '-c', script, 'sh', file, ...command, '--dry-run', ...tasks], { ...options, ...limit })
  const words = existsSync(file) ? readInside(ctx, file) : ''
  return /^Don't know how to build task .*$/m.exec(words)?.[0]
}
