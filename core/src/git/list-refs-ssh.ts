/** Where branches and tags are, over SSH and in folders of this machine: git's own `ls-remote`, which asks for the wanted ones only where it can. */
import { tmpdir } from 'node:os'
import { gitEnvironment, isNoGitProgram } from './git-binary.js'
import { GitError } from './git-error.js'
import { defaultTimeout } from './git-http.js'
import type { RefList } from './list-refs.js'
import { isLocalUrl } from './local.js'
import { readRefs, select } from './ref-lines.js'
import type { GitLimits, GitRemote } from './remote.js'
import { type CommandResult, runCommand } from './run-command.js'
import { lookUpHost } from './safe-lookup.js'
import { explainSsh } from './ssh.js'
import { withTimeLimit } from './time-limit.js'
import { needsGit } from './without-git.js'

/** As listRefs. Errors: GitError. */
export async function listRefsOverSsh(
  remote: GitRemote,
  prefixes: readonly string[],
  { clock, signal = new AbortController().signal, timeout = defaultTimeout }: GitLimits,
): Promise<RefList> {
  const { url } = remote
  const patterns = prefixes.map((prefix) => `${prefix}*`)
  const done = await withTimeLimit({ clock, signal }, timeout, `asking ${url} for its branches`, (signal) =>
    lsRemote(remote, patterns, signal),
  )
  if (done.exitCode === 0)
    return {
      refs: select(
        readRefs(
          done.stdout
            .toString('utf8')
            .split('\n')
            .filter((line) => line !== ''),
        ),
        prefixes,
      ),
      url,
    }
  throw (
    (isLocalUrl(url) ? undefined : explainSsh(url, done.stderr)) ??
    new GitError('unreachable', `${url} cannot be read: ${lastLine(done.stderr)}`)
  )
}

async function lsRemote(remote: GitRemote, patterns: readonly string[], signal: AbortSignal): Promise<CommandResult> {
  await lookUpHost(remote.url)
  const env = gitEnvironment(remote, remote.url)
  try {
    return await runCommand(['git', 'ls-remote', '--', remote.url, ...patterns], { cwd: tmpdir(), env, signal })
  } catch (error) {
    throw isNoGitProgram(error)
      ? needsGit(remote.url, isLocalUrl(remote.url) ? 'is a folder of this machine' : 'is reached over SSH')
      : error
  }
}

function lastLine(text: string): string {
  return (text.trim().split('\n').at(-1) ?? '').slice(0, 300)
}
