import { resolve } from 'node:path'
import { runTask } from './zip/pool.js'

/**
 * The files and links, relative to `folder` and in order, that `files` select and `exclude` does not take away: what
 * packFolder would pack. Errors: ArtifactError ArtifactEmpty, naming the globs, when that is nothing.
 * @example
 * await listFiles('/data/work/7', { files: ['target/*.war'], exclude: ['**\/*-sources.war'] })
 */
export async function listFiles(
  folder: string,
  selection: { readonly files?: readonly string[]; readonly exclude?: readonly string[] } = {},
): Promise<readonly string[]> {
  const plan = await runTask('planFolder', {
    folder: resolve(folder),
    ...selection,
    largeFrom: Number.MAX_SAFE_INTEGER,
  })
  return plan.entries.filter((entry) => entry.kind !== 'directory').map((entry) => entry.path)
}
