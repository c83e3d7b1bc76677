import type { Clock } from '../domain/clock.js'
import { GitError } from './git-error.js'
import { checkLocalUrl, isLocalUrl } from './local.js'
import { checkSshUrl, isSshUrl, type SshIdentity } from './ssh.js'

/** A user name and a password or token, for Basic authentication. */
export interface GitCredentials {
  readonly username: string
  readonly password: string
}

/** A repository on a server that speaks git over HTTP or SSH. */
export interface GitRemote {
  /** `https://host/path`, `ssh://git@host/path` or `git@host:path`, without secrets in it. */
  readonly url: string
  /** Asked at every use, since some passwords live for minutes only. */
  readonly credentials?: () => GitCredentials | undefined
  /** PEM file with the authority that signed the server's certificate; the well-known ones always count, too. */
  readonly caFile?: string
  /** For SSH; the running account's own set-up when absent. */
  readonly ssh?: SshIdentity
}

/** How one question to a server is limited. */
export interface GitLimits {
  readonly clock: Clock
  readonly signal?: AbortSignal
  /** Milliseconds for the whole question. 20,000 when absent. */
  readonly timeout?: number
}

/** The URL without `.git` and slashes at its end, as web pages of the repository have it. */
export function webUrl(url: string): string {
  return url.replace(/\/+$/, '').replace(/\.git$/, '')
}

/**
 * Checks and normalises what somebody wrote as a repository's address; `localRoots` are the folders of the server that its
 * operator lets repositories be in. Errors: GitError `bad-url`.
 */
export function checkUrl(text: string, localRoots: readonly string[] = []): string {
  if (isLocalUrl(text)) return checkLocalUrl(text, localRoots)
  if (isSshUrl(text)) return checkSshUrl(text)
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    // The whole text stays out of the message: it may hold a password.
    throw new GitError(
      'bad-url',
      'the repository URL must begin with https://, http:// or ssh://, or be of the form git@host:path (git:// is not supported)',
    )
  }
  if (url.username !== '' || url.password !== '') {
    throw new GitError(
      'bad-url',
      `the repository URL of ${url.host}${url.pathname} holds a user name or password: give them in properties of their own`,
    )
  }
  if (url.search !== '' || url.hash !== '')
    throw new GitError('bad-url', `the repository URL ${url.origin}${url.pathname} must end there, without '?' or '#'`)
  return url.href.replace(/\/+$/, '')
}

/** The `Authorization` header's value, or `undefined` when the remote needs none. */
export function authorization(remote: GitRemote): string | undefined {
  const known = remote.credentials?.()
  return known && `Basic ${Buffer.from(`${known.username}:${known.password}`).toString('base64')}`
}
