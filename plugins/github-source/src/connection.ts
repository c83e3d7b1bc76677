import { type ConfigurationOf, defineSource, type SourceProvider } from '@penstock/core'
import {
  GitError,
  type GitSourceTarget,
  gitSource,
  keepsHistory,
  outputArtifactFormat,
  webUrl,
} from '@penstock/core/git'
import { forkPullRequests, type GitConfig, settingsOf } from './config.js'
import { pullRequestsAt } from './pull-requests/choose-api.js'
import { remoteAt } from './remote.js'

const configuration = {
  ConnectionArn: { description: "a connection of the plugin's section in penstock.yaml", required: true, key: true },
  FullRepositoryId: { description: 'owner and name', required: true, key: true, example: 'acme/site' },
  BranchName: { description: 'branch to watch', required: true, key: true, example: 'main' },
  DetectChanges: {
    type: 'boolean',
    description: 'false to start by hand or by the triggers that name this action; those are watched for either way',
    default: true,
  },
  OutputArtifactFormat: outputArtifactFormat,
  ForkPullRequests: forkPullRequests,
} as const

/** Source/AWS/CodeStarSourceConnection/1: a branch of a repository, at the server that a connection stands for. */
export function connection(config: GitConfig): SourceProvider<typeof configuration> {
  return defineSource({
    owner: 'AWS',
    provider: 'CodeStarSourceConnection',
    version: '1',
    description: 'A branch of a repository on GitHub, GitLab, Bitbucket or a server of your own',
    outputArtifacts: 1,
    idempotent: true,
    configuration,
    polls: ({ DetectChanges }) => DetectChanges,
    ...gitSource((configured: ConfigurationOf<typeof configuration>) => locate(config, configured), settingsOf(config)),
  })
}

function locate(config: GitConfig, configured: ConfigurationOf<typeof configuration>): GitSourceTarget {
  const { ConnectionArn, FullRepositoryId, BranchName, OutputArtifactFormat } = configured
  const known = Object.hasOwn(config.connections, ConnectionArn) ? config.connections[ConnectionArn] : undefined
  if (known === undefined) {
    throw new GitError(
      'bad-url',
      `ConnectionArn ${ConnectionArn} is not known here: add it to github-source.connections in penstock.yaml, with the server's url and a token`,
    )
  }
  const server = known.url ?? 'https://github.com'
  const pullRequests = pullRequestsAt(server, FullRepositoryId, known.token, known.kind)
  return {
    remote: remoteAt(server, FullRepositoryId, config.caFile, known.token, known.username),
    branch: BranchName,
    ...(pullRequests === undefined ? {} : { pullRequests }),
    history: keepsHistory(OutputArtifactFormat),
    commitUrl: (url, id) => `${webUrl(url)}/commit/${id}`,
    variables: () => ({ ConnectionArn, FullRepositoryName: FullRepositoryId }),
  }
}
