import { checkUrl, type GitRemote } from '@penstock/core/git'

/** A user name that servers accept beside a token: GitHub documents this one, GitLab and Gitea take any. */
export const tokenUser = 'x-access-token'

/** A repository below a server's address. Errors: GitError for an address that is none. */
export function remoteAt(
  server: string,
  path: string,
  caFile?: string,
  token?: string,
  username = tokenUser,
): GitRemote {
  const names = path.split('/').map(encodeURIComponent).join('/')
  const url = checkUrl(`${server.replace(/\/+$/, '')}/${names.replace(/\.git$/, '')}.git`)
  return remoteOf(url, caFile, token === undefined ? undefined : { username, password: token })
}

/** A remote with credentials that stay the same. */
export function remoteOf(
  url: string,
  caFile: string | undefined,
  credentials: { readonly username: string; readonly password: string } | undefined,
): GitRemote {
  return {
    url,
    ...(caFile === undefined ? {} : { caFile }),
    ...(credentials === undefined ? {} : { credentials: () => credentials }),
  }
}
