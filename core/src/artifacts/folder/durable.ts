import { randomBytes } from 'node:crypto'
import { mkdir, open, rename, rmdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { ArtifactError } from '../../domain/artifact-error.js'

/** A name in `folder` that nobody else has. */
export function temporaryName(folder: string): string {
  return join(folder, randomBytes(12).toString('hex'))
}

/** Makes a folder's entries, or a file's bytes, outlive a power cut. */
export async function syncPath(path: string): Promise<void> {
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** Makes a folder and its parents, durably. */
async function makeFolder(folder: string): Promise<void> {
  const first = await mkdir(folder, { recursive: true, mode: 0o700 })
  if (first === undefined) return
  for (let made = folder; made.length >= first.length; made = dirname(made)) await syncPath(dirname(made))
}

/** Renames a synced file into its place, making the folders on the way; another may be removing them just now. */
export async function putInPlace(from: string, to: string): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      await makeFolder(dirname(to))
      await rename(from, to)
      return await syncPath(dirname(to))
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || tries === 5) throw error
    }
  }
}

/** Removes `folder` and its parents below `root` as long as they are empty. */
export async function removeEmptyFolders(folder: string, root: string): Promise<void> {
  for (let empty = folder; empty.startsWith(`${root}/`); empty = dirname(empty)) {
    try {
      await rmdir(empty)
    } catch {
      return
    }
  }
}

/** A full disk or quota in words; a key that runs through another object likewise; all else as it is. */
export function explain(error: unknown, root: string, key: string): unknown {
  const { code } = error as NodeJS.ErrnoException
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new ArtifactError(
      'ArtifactStoreFull',
      `no space is left for artifacts in ${root} (${code}): '${key}' was not stored`,
    )
  }
  if (code === 'ENOTDIR' || code === 'EISDIR' || code === 'EEXIST' || code === 'ENOTEMPTY') {
    return new ArtifactError('ArtifactKeyInvalid', `key '${key}' is a folder, or runs through another object's key`)
  }
  return error
}

/** True for the errors of a path that leads to no file. */
export function isNoObject(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException
  return code === 'ENOENT' || code === 'ENOTDIR' || code === 'EISDIR'
}
