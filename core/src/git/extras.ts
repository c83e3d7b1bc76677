/** What a repository names and does not hold: submodules, and files of Git LFS. */
import { GitError } from './git-error.js'
import { isLocalUrl } from './local.js'
import { isSshUrl } from './ssh.js'
import type { Unfetched } from './unfetched.js'

/** `notice` leaves them out with a line in the log, `refuse` fails the fetch, `fetch` has the git program fetch them. */
export type ExtraPolicy = 'notice' | 'fetch' | 'refuse'

/** What is done about each of them; `notice` when absent. */
export interface Extras {
  readonly submodules?: ExtraPolicy
  readonly lfs?: ExtraPolicy
}

/** A stranger's commit chooses what its submodules are: nothing is fetched for it with the operator's credentials. */
export function forStrangers({ submodules, lfs }: Extras): Extras {
  const safe = (policy: ExtraPolicy = 'notice') => (policy === 'fetch' ? 'notice' : policy)
  return { submodules: safe(submodules), lfs: safe(lfs) }
}

/** What every submodule's address must begin with: credentials, and the operator's leave, are for this server alone. */
export function serverOf(url: string): string {
  if (isLocalUrl(url)) return url.replace(/[^/]+\/*$/, '')
  if (!isSshUrl(url)) return `${new URL(url).origin}/`
  return url.startsWith('ssh://') ? (/^ssh:\/\/[^/]+\//.exec(url)?.[0] ?? url) : url.replace(/:.*$/, ':')
}

/** Where a server keeps a repository's large files, by the rule of Git LFS; `undefined` where git-lfs asks by itself. */
export function lfsUrl(url: string): string | undefined {
  return isSshUrl(url) || isLocalUrl(url) ? undefined : `${url.replace(/\.git$/, '')}.git/info/lfs`
}

/** What makes a fetch end for what it did not fetch. Errors: GitError `unsupported`. */
export function refuseUnfetched(
  url: string,
  { submodules = 'notice', lfs = 'notice' }: Extras,
  found: Unfetched,
): void {
  if (found.submodules > 0 && submodules !== 'notice') throw refused(url, 'submodules', found.submodules, submodules)
  if (found.lfs > 0 && lfs !== 'notice') throw refused(url, 'lfs', found.lfs, lfs)
}

function refused(url: string, what: 'submodules' | 'lfs', count: number, policy: ExtraPolicy): GitError {
  const noun = what === 'submodules' ? `submodule${count === 1 ? '' : 's'}` : `file${count === 1 ? '' : 's'} in Git LFS`
  const remedy =
    policy === 'fetch'
      ? 'only the git program can fetch them: apt-get install git git-lfs'
      : `${what}: refuse is set for the source: fetch has them fetched, notice leaves them out`
  return new GitError('unsupported', `${url} has ${count} ${noun}, and ${remedy}`)
}

/** What a script that ended so has met; `undefined` for any other end. */
export function explainExtras(url: string, exitCode: number, stdout: string, stderr: string): GitError | undefined {
  const said = stderr === '' ? '' : `: ${stderr.split('\n').slice(-3).join(' ').slice(-500)}`
  const count = (kind: string) => Number(new RegExp(`^${kind} (\\d+)$`, 'm').exec(stdout)?.[1] ?? 0)
  switch (exitCode) {
    case 74:
      return new GitError('unreachable', `a submodule of ${url} could not be fetched${said}`)
    case 75:
      return refused(
        url,
        count('submodules') > 0 && !/^lfs /m.test(stdout) ? 'submodules' : 'lfs',
        count('lfs') || count('submodules'),
        'refuse',
      )
    case 76:
      return new GitError(
        'unsupported',
        `${url} has a submodule on another server, and only those of the same server are fetched${said}`,
      )
    case 77:
      return new GitError(
        'unsupported',
        `${url} has ${count('lfs')} files in Git LFS, and there is no git-lfs program: apt-get install git-lfs`,
      )
    case 78:
      return new GitError('unreachable', `the Git LFS files of ${url} could not be fetched${said}`)
    default:
      return undefined
  }
}
