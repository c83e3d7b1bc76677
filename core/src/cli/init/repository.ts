/** What git knows of a working copy: where it came from, and which branch is the main one. */
import { execFileSync } from 'node:child_process'
import { checkUrl } from '../../git/remote.js'

export interface Repository {
  /** Without a user name or password in it; `undefined` when it has no remote that a server can reach. */
  readonly url?: string
  readonly branch?: string
  /** Why there is no URL though there is a remote. */
  readonly problem?: string
}

/** Never throws: a folder without git is a repository about which nothing is known. */
export function lookAtRepository(folder: string): Repository {
  const remotes = git(folder, 'remote')?.split('\n') ?? []
  const remote = remotes.includes('origin') ? 'origin' : remotes[0]
  const head = remote && git(folder, 'symbolic-ref', '--short', `refs/remotes/${remote}/HEAD`)
  const current = git(folder, 'symbolic-ref', '--short', 'HEAD')
  const branch = head ? head.slice(remote.length + 1) : current
  const given = remote && git(folder, 'remote', 'get-url', remote)
  return { ...(branch ? { branch } : {}), ...(given ? urlOf(given) : {}) }
}

/** A user name or password in a remote's address is the person's who cloned it, and has no place in a file. */
function urlOf(text: string): Pick<Repository, 'url' | 'problem'> {
  try {
    return { url: checkUrl(withoutUser(text)) }
  } catch (error) {
    return { problem: `the repository's remote cannot be used: ${(error as Error).message}` }
  }
}

/** Of a web address; over SSH the name is part of where it is. */
export function withoutUser(text: string): string {
  if (!/^https?:/i.test(text) || !URL.canParse(text)) return text
  const url = new URL(text)
  url.username = ''
  url.password = ''
  return url.href
}

function git(folder: string, ...args: string[]): string | undefined {
  try {
    return execFileSync('git', ['-C', folder, ...args], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim()
  } catch {
    return undefined // no git, no repository, no such reference
  }
}
