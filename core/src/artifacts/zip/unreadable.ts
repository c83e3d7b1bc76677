import { ArtifactError } from '../../domain/artifact-error.js'

/** What a tree's own maker can bring about, in words. Anything else (EIO, EMFILE) is the machine's fault. */
const faults: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'not permitted',
  ENOENT: 'it is not there any more',
  ENOTDIR: 'it is no folder any more',
  EISDIR: 'it became a folder while it was being packed',
  ELOOP: 'it became a link while it was being packed',
  ENAMETOOLONG: 'its path is too long',
  ENXIO: 'it became a pipe or socket while it was being packed',
}

/** Runs what reads a path of a tree. Errors: ArtifactInvalid, naming the path, for what the tree's maker did. */
export function reading<T>(path: string, read: () => T): T {
  try {
    return read()
  } catch (error) {
    const fault = faults[(error as NodeJS.ErrnoException).code ?? '']
    if (fault === undefined) throw error
    throw new ArtifactError('ArtifactInvalid', `'${path}' cannot be read: ${fault}`)
  }
}
