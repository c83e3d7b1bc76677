import type { OperationOutput } from '@penstock/core'
import type { GitConfig } from '../config.js'
import { type ForgeKind, kindOf } from '../pull-requests/choose-api.js'

/** A repository at a server that takes statuses. */
export interface StatusPlace {
  readonly server: string
  readonly kind: ForgeKind
  /** `acme/site`. */
  readonly repository: string
  readonly token: string
}

type Action = OperationOutput<'getPipeline'>['pipeline']['stages'][number]['actions'][number]

/** Where the commits of a source action are; `undefined` where no token of the operator's may write there. */
export function placeOf(config: GitConfig, { actionTypeId, configuration = {} }: Action): StatusPlace | undefined {
  const { provider } = actionTypeId
  if (provider === 'GitHub') {
    const { Owner = '', Repo = '' } = configuration
    return place(config.githubUrl, 'github', `${Owner}/${Repo}`, config.githubToken)
  }
  if (provider === 'CodeStarSourceConnection') {
    const { ConnectionArn = '', FullRepositoryId = '' } = configuration
    const known = Object.hasOwn(config.connections, ConnectionArn) ? config.connections[ConnectionArn] : undefined
    const { url = 'https://github.com', kind = kindOf(url), token } = known ?? {}
    return place(url, kind, FullRepositoryId, token)
  }
  return provider === 'Git' ? ofUrl(config, configuration.Url ?? '') : undefined
}

/** A Git action's own credentials may only read: the token is that of a connection to the same server, or GitHub's. */
function ofUrl(config: GitConfig, url: string): StatusPlace | undefined {
  if (!/^https?:/i.test(url) || !URL.canParse(url)) return undefined
  const { origin, pathname } = new URL(url)
  const repository = pathname.replace(/^\/+|(\.git)?\/*$/g, '')
  const connection = Object.values(config.connections).find(
    (one) => originOf(one.url ?? 'https://github.com') === origin,
  )
  if (connection) return place(origin, connection.kind ?? kindOf(origin), repository, connection.token)
  return originOf(config.githubUrl) === origin ? place(origin, 'github', repository, config.githubToken) : undefined
}

function originOf(url: string): string {
  return new URL(url).origin
}

function place(
  server: string,
  kind: ForgeKind | undefined,
  repository: string,
  token: string | undefined,
): StatusPlace | undefined {
  if (kind === undefined || token === undefined || !/^[^/]+\/.*[^/]$/.test(repository)) return undefined
  return { server, kind, repository, token }
}
