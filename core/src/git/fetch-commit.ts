import type { CommitInfo } from './commit.js'
import { type FetchRequest, fetchWithGit, isNoGitProgram } from './git-binary.js'
import { fetchWithIsomorphicGit } from './isomorphic.js'

/** Which program does the work. `auto` takes git where it is installed. */
export type GitEngine = 'auto' | 'git' | 'isomorphic-git'

/**
 * Puts a commit's files into a folder, executable bits and symbolic links included, and answers what the commit says.
 * Errors: GitError; the signal's reason when it was aborted.
 */
export async function fetchCommit(request: FetchRequest, engine: GitEngine = 'auto'): Promise<CommitInfo> {
  if (engine === 'isomorphic-git') return fetchWithIsomorphicGit(request)
  try {
    return await fetchWithGit(request)
  } catch (error) {
    if (engine === 'git' || !isNoGitProgram(error)) throw error
    return fetchWithIsomorphicGit(request)
  }
}
