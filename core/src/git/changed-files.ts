/** Which files differ between two commits, without fetching any file: what path filters are judged by. */
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gitEnvironment, initOption, isNoGitProgram, noGitProgram } from './git-binary.js'
import { GitError } from './git-error.js'
import { changedFilesWithIsomorphicGit } from './isomorphic.js'
import type { GitRemote } from './remote.js'
import { runCommand } from './run-command.js'
import { refuseWithoutGit } from './without-git.js'

export interface ChangesRequest {
  readonly remote: GitRemote
  /** See FetchRequest. */
  readonly url: string
  readonly from: string
  readonly to: string
  /** Where both are looked for when the server does not give commits by their ids. */
  readonly branch: string
  /** An empty folder for git's data. */
  readonly gitFolder: string
  readonly signal: AbortSignal
  /** See FetchRequest. */
  readonly maxBytes?: number
}

/*
 * Both commits with their trees and nothing else, where the server can leave files out (it says so in a warning when it
 * cannot). Renames are not looked for: both paths changed.
 */
const script = `
set -u
url=$1 from=$2 to=$3 ref=$4 format=$5
command -v git >/dev/null || exit 127
have() { git cat-file -e "$from^{commit}" 2>/dev/null && git cat-file -e "$to^{commit}" 2>/dev/null; }
git init --quiet --bare $format . && git remote add origin "$url" || exit 70
git fetch --quiet --no-tags --depth=1 --filter=blob:none origin "$from" "$to" 2>first-error || {
  if grep -q 'dumb http' first-error; then
    # Or git would look for what is missing at a server that was told to leave it out, again and again.
    git config --unset remote.origin.promisor && git config --unset remote.origin.partialclonefilter
    git fetch --quiet --no-tags origin "+$ref:refs/penstock/branch" || exit 71
  fi
  have || for depth in 50 500 5000; do
    git fetch --quiet --no-tags --depth=$depth origin "+$ref:refs/penstock/branch" || exit 71
    have && break
  done
}
GIT_NO_LAZY_FETCH=1 git diff-tree -r -z --name-only --no-renames "$from" "$to" || exit 72
`

/** The paths that differ, sorted. Errors: GitError, the signal's reason. */
export async function changedFiles(request: Omit<ChangesRequest, 'gitFolder'>): Promise<readonly string[]> {
  const gitFolder = await mkdtemp(join(tmpdir(), 'penstock-changes-'))
  try {
    return await changedFilesWithGit({ ...request, gitFolder })
  } catch (error) {
    if (!isNoGitProgram(error)) throw error
    refuseWithoutGit(request.remote, request.to)
    return await changedFilesWithIsomorphicGit({ ...request, gitFolder })
  } finally {
    await rm(gitFolder, { recursive: true, force: true })
  }
}

/** As changedFiles. Errors: also ENOENT when there is no git program. */
export async function changedFilesWithGit(request: ChangesRequest): Promise<readonly string[]> {
  const { remote, url, from, to, branch, gitFolder, signal } = request
  await mkdir(gitFolder, { recursive: true })
  const args = [url, from, to, `refs/heads/${branch}`, initOption(to)]
  const env = gitEnvironment(remote, url)
  const done = await runCommand(['sh', '-c', script, 'changes', ...args], { cwd: gitFolder, env, signal })
  if (done.exitCode === 0)
    return done.stdout
      .toString('utf8')
      .split('\0')
      .filter((path) => path !== '')
  if (done.exitCode === 127) throw noGitProgram()
  const said = done.stderr.split('\n').slice(-2).join(' ').slice(-300)
  throw new GitError('no-commit', `what changed between ${from} and ${to} in ${remote.url} is not known: ${said}`)
}
