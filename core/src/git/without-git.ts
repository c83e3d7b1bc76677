import { GitError } from './git-error.js'
import { isLocalUrl } from './local.js'
import type { GitRemote } from './remote.js'
import { isSshUrl } from './ssh.js'

/** What only the git program can do. Errors: GitError `unsupported` that names it, for what isomorphic-git is no help with. */
export function refuseWithoutGit({ url }: GitRemote, commit: string): void {
  if (isSshUrl(url)) throw needsGit(url, 'is reached over SSH')
  if (isLocalUrl(url)) throw needsGit(url, 'is a folder of this machine')
  if (commit.length === 64) throw needsGit(url, 'is a SHA-256 repository')
}

/** `what` completes a sentence about the repository. */
export function needsGit(url: string, what: string): GitError {
  return new GitError('unsupported', `${url} ${what}, which needs the git program: apt-get install git`)
}
