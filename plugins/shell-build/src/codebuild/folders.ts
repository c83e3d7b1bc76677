import { lstat, readdir, realpath, stat } from 'node:fs/promises'
import { join, resolve, sep } from 'node:path'
import { JobFailed, listFolders } from '@penstock/core'

/**
 * The folders of a build that `base-directory` means: one, or all that match a pattern (`my-build*`), by name. A folder whose
 * exact name it is comes first; patterns are as in `files`. Errors: JobFailed, naming the key and what is in the build's folder.
 */
export async function baseFolders(root: string, path: string, key = 'base-directory'): Promise<readonly string[]> {
  const relative = inside(root, path, key)
  if (relative === '') return [root]
  const exact = join(root, relative)
  const found = (await isFolder(exact)) ? [exact] : await matching(root, relative, key)
  if (found.length === 0) {
    const names = (await readdir(root)).slice(0, 8).join(', ')
    throw new JobFailed(`${key} is "${path}": the build's folder has no such folder (it has ${names || 'nothing'})`)
  }
  const base = await realpath(root)
  for (const folder of found) {
    const real = await realpath(folder)
    if (real !== base && !real.startsWith(base + sep)) {
      throw new JobFailed(`${key} is "${path}": ${folder.slice(root.length + 1)} leads out of the build's folder`)
    }
  }
  return found
}

/** A path below the build's folder, written relative to it or, as CODEBUILD_SRC_DIR makes it, in full. */
function inside(root: string, path: string, key: string): string {
  const absolute = resolve(root, path)
  if (absolute === root) return ''
  if (absolute.startsWith(root + sep)) return absolute.slice(root.length + 1)
  throw new JobFailed(`${key} is "${path}": a folder inside the build's folder is right, relative to its top`)
}

/** As `inside`, for globs: what is in full below the build's folder becomes relative to `base`. */
export function relativeGlob(root: string, base: string, glob: string): string {
  for (const folder of [base, root]) if (glob.startsWith(folder + sep)) return glob.slice(folder.length + 1)
  return glob
}

/** Those that a pattern means. Errors: JobFailed for what is no pattern, and for what the build let nobody read. */
async function matching(root: string, relative: string, key: string): Promise<readonly string[]> {
  try {
    return (await listFolders(root, relative)).map((folder) => join(root, folder))
  } catch (error) {
    throw new JobFailed(`${key} is "${relative}": ${(error as Error).message.replace(`${root}/`, '')}`)
  }
}

async function isFolder(path: string): Promise<boolean> {
  const link = await lstat(path).catch(() => undefined)
  if (link === undefined) return false
  return (await stat(path).catch(() => undefined))?.isDirectory() ?? false
}
