/** Repositories on the machine itself, in folders that the operator has named. */
import { realpathSync } from 'node:fs'
import { isAbsolute, join, sep } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { GitError } from './git-error.js'

/** True for `file:///srv/git/site.git` and `/srv/git/site.git`. */
export function isLocalUrl(text: string): boolean {
  return text.startsWith('file:') || isAbsolute(text)
}

/**
 * The address of a repository that is in one of `roots`, links followed. Errors: GitError `bad-url` that says whose leave is
 * missing.
 */
export function checkLocalUrl(text: string, roots: readonly string[]): string {
  const path = pathOf(text)
  const allowed = roots.map(resolved).filter((root) => root !== undefined)
  if (allowed.length === 0)
    throw new GitError(
      'bad-url',
      'the repository is a folder of the server: its operator must name it, or a folder above it, in localRepositories of penstock.yaml',
    )
  const real = resolved(path)
  if (real === undefined)
    throw new GitError('gone', `there is no repository at ${path}, or the server's user may not enter it`)
  if (!allowed.some((root) => real === root || real.startsWith(root.endsWith(sep) ? root : `${root}${sep}`)))
    throw new GitError('bad-url', `${path} is in none of the folders that localRepositories of penstock.yaml names`)
  return pathToFileURL(real).href
}

function pathOf(text: string): string {
  if (isAbsolute(text)) return join(text)
  try {
    return join(fileURLToPath(text))
  } catch {
    throw new GitError('bad-url', 'the repository URL must look like file:///srv/git/site.git')
  }
}

function resolved(path: string): string | undefined {
  try {
    return realpathSync(path).replace(/(.)\/+$/, '$1')
  } catch {
    return undefined
  }
}
