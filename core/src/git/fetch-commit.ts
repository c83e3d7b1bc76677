import type { CommitInfo } from './commit.js'
import { type FetchRequest, fetchWithGit, isNoGitProgram } from './git-binary.js'
import { fetchWithIsomorphicGit } from './isomorphic.js'
import { isLocalUrl } from './local.js'
import { isSshUrl } from './ssh.js'
import { refuseWithoutGit } from './without-git.js'

/** Which program does the work. `auto` takes git where it is installed; over SSH, and for a folder of this machine, it is always git. */
export type GitEngine = 'auto' | 'git' | 'isomorphic-git'

/**
 * Puts a commit's files into a folder, executable bits and symbolic links included, and answers what the commit says.
 * Errors: GitError; the signal's reason when it was aborted.
 */
export async function fetchCommit(request: FetchRequest, engine: GitEngine = 'auto'): Promise<CommitInfo> {
  const gitOnly = isSshUrl(request.remote.url) || isLocalUrl(request.remote.url)
  if (engine === 'isomorphic-git' && !gitOnly) return withoutGit(request)
  try {
    return await fetchWithGit(request)
  } catch (error) {
    if (engine === 'git' || !isNoGitProgram(error)) throw error
    return withoutGit(request)
  }
}

function withoutGit(request: FetchRequest): Promise<CommitInfo> {
  refuseWithoutGit(request.remote, request.commit)
  return fetchWithIsomorphicGit(request)
}
