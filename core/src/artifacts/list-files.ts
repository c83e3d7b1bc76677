import { readdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { selectFiles } from './select-files.js'
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

/**
 * The folders below `folder`, relative to it and by name, that one glob means; links to folders are none. Errors:
 * ArtifactError ArtifactEmpty when it is no glob; those of the file system for a folder that cannot be read.
 * @example
 * await listFolders('/data/work/7', 'packages/*\/dist')
 */
export async function listFolders(folder: string, glob: string): Promise<readonly string[]> {
  const selection = selectFiles([glob])
  const found: string[] = []
  const enter = async (parent: string): Promise<void> => {
    const entries = await readdir(join(folder, parent), { withFileTypes: true })
    for (const name of entries.flatMap((entry) => (entry.isDirectory() ? [entry.name] : [])).sort()) {
      const path = parent === '' ? name : `${parent}/${name}`
      if (selection.accepts(path)) found.push(path)
      if (selection.reaches(path)) await enter(path)
    }
  }
  await enter('')
  return found
}
