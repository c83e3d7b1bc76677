import { GitError } from './git-error.js'
import { listRefs } from './list-refs.js'
import type { GitLimits, GitRemote } from './remote.js'

/** Where a branch is. */
export interface BranchTip {
  readonly commit: string
  /** The URL that answered; see RefList. */
  readonly url: string
}

/**
 * The commit that a branch is at: one request when the server is known.
 * Errors: GitError; one for a branch that is not there names those that are.
 */
export async function branchTip(remote: GitRemote, branch: string, limits: GitLimits): Promise<BranchTip> {
  const name = `refs/heads/${branch}`
  const { refs, url } = await listRefs(remote, [name], limits)
  // The server answers for all names that begin so: main-2 as well as main.
  const found = refs.find((ref) => ref.name === name)
  if (found !== undefined) return { commit: found.commit, url }
  throw await missing(remote, branch, limits)
}

async function missing(remote: GitRemote, branch: string, limits: GitLimits): Promise<GitError> {
  const { refs } = await listRefs(remote, ['refs/heads/'], limits)
  if (refs.length === 0) {
    return new GitError('empty', `${remote.url} is empty: push a first commit to its branch ${branch}`)
  }
  const names = refs.map(({ name }) => name.slice('refs/heads/'.length))
  const shown = names.slice(0, 10).join(', ') + (names.length > 10 ? ` and ${names.length - 10} more` : '')
  return new GitError('no-branch', `${remote.url} has no branch ${branch}; it has ${shown}`)
}
