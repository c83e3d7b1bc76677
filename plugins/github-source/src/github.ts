import { type ConfigurationOf, defineSource, type SourceProvider } from '@penstock/core'
import { type GitSourceTarget, gitSource, timestamp, webUrl } from '@penstock/core/git'
import { forkPullRequests, type GitConfig, settingsOf } from './config.js'
import { pullRequestsAt } from './pull-requests/choose-api.js'
import { remoteAt } from './remote.js'

const configuration = {
  Owner: { description: 'user or organisation that owns the repository', required: true, key: true, example: 'acme' },
  Repo: { description: "the repository's name", required: true, key: true, example: 'site' },
  Branch: { description: 'branch to watch', required: true, key: true, example: 'main' },
  OAuthToken: { description: 'token that may read the repository; public repositories need none', secret: true },
  PollForSourceChanges: { type: 'boolean', description: 'false when a webhook starts the pipeline', default: true },
  ForkPullRequests: forkPullRequests,
} as const

/** Source/ThirdParty/GitHub/1: a branch of a repository on GitHub. */
export function github(config: GitConfig): SourceProvider<typeof configuration> {
  const base = config.githubUrl.replace(/\/+$/, '')
  return defineSource({
    owner: 'ThirdParty',
    provider: 'GitHub',
    version: '1',
    description: 'A branch of a repository on GitHub',
    outputArtifacts: 1,
    idempotent: true,
    configuration,
    settings: {
      entityUrlTemplate: `${base}/{Config:Owner}/{Config:Repo}/tree/{Config:Branch}`,
      executionUrlTemplate: `${base}/{Config:Owner}/{Config:Repo}/tree/{Config:Branch}`,
    },
    polls: ({ PollForSourceChanges }) => PollForSourceChanges,
    ...gitSource((configured: ConfigurationOf<typeof configuration>) => locate(config, configured), settingsOf(config)),
  })
}

function locate(
  config: GitConfig,
  { Owner, Repo, Branch, OAuthToken }: ConfigurationOf<typeof configuration>,
): GitSourceTarget {
  const token = OAuthToken ?? config.githubToken
  const pullRequests = pullRequestsAt(config.githubUrl, `${Owner}/${Repo}`, token, 'github')
  const commitUrl = (url: string, id: string) => `${webUrl(url)}/commit/${id}`
  return {
    remote: remoteAt(config.githubUrl, `${Owner}/${Repo}`, config.caFile, token),
    branch: Branch,
    ...(pullRequests === undefined ? {} : { pullRequests }),
    commitUrl,
    variables: (commit, url) => ({
      CommitUrl: commitUrl(url, commit.id),
      CommitterDate: timestamp(commit.committed),
      RepositoryName: Repo,
    }),
  }
}
