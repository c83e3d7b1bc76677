import { closeSync, constants, openSync, readdirSync, readlinkSync } from 'node:fs'
import { sep } from 'node:path'
import { ArtifactError } from '../../domain/artifact-error.js'

/**
 * Opens a file or folder that is no link, and looks where it really is once it is open: nobody can change that any more by
 * putting a link in the place of a folder on the way. Errors: of the file system; ArtifactInvalid when it is not in `inside`.
 */
export function openInside(path: string, inside: string | undefined, flags = 0): number {
  const fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK | flags)
  if (inside === undefined) return fd
  const real = readlinkSync(`/proc/self/fd/${fd}`)
  if (real === inside || real.startsWith(`${inside}${sep}`)) return fd
  closeSync(fd)
  throw new ArtifactError('ArtifactInvalid', `'${path}' leads out of the action's folders`)
}

/** The names in a folder, which must be there as itself. Errors: as openInside. */
export function namesInside(folder: string, inside: string | undefined): string[] {
  if (inside === undefined) return readdirSync(folder)
  const fd = openInside(folder, inside, constants.O_DIRECTORY)
  try {
    return readdirSync(`/proc/self/fd/${fd}`)
  } finally {
    closeSync(fd)
  }
}
