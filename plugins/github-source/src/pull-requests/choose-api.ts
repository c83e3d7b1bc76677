import { defined } from '@penstock/core'
import type { PullRequestApi } from '@penstock/core/git'
import type { Forge } from './forge.js'
import { githubPullRequests } from './github.js'
import { gitlabMergeRequests } from './gitlab.js'

/** Whose REST API a server has. */
export const forgeKinds = ['github', 'gitlab', 'gitea'] as const
export type ForgeKind = (typeof forgeKinds)[number]

const wellKnown: Readonly<Record<string, ForgeKind>> = {
  'github.com': 'github',
  'gitlab.com': 'gitlab',
  'codeberg.org': 'gitea',
}

/**
 * The API of the server at `server`, for one repository; `undefined` where nobody said what kind of server it is and its
 * name does not tell.
 */
export function pullRequestsAt(
  server: string,
  repository: string,
  token: string | undefined,
  kind = kindOf(server),
): PullRequestApi | undefined {
  if (kind === undefined) return undefined
  const forge: Forge = { api: apiAt(server, kind), repository, ...defined({ token }) }
  return kind === 'gitlab' ? gitlabMergeRequests(forge) : githubPullRequests(forge)
}

/** What kind of server a well-known one is. */
export function kindOf(server: string): ForgeKind | undefined {
  const { host } = new URL(server)
  return Object.hasOwn(wellKnown, host) ? wellKnown[host] : undefined
}

/** Where its REST API is. */
export function apiAt(server: string, kind: ForgeKind): string {
  const base = server.replace(/\/+$/, '')
  if (kind === 'gitlab') return `${base}/api/v4`
  if (kind === 'gitea') return `${base}/api/v1`
  return new URL(server).host === 'github.com' ? 'https://api.github.com' : `${base}/api/v3`
}
