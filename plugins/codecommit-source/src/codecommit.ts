import { type ConfigurationOf, defined, defineSource, type SourceProvider } from '@penstock/core'
import {
  type CommitInfo,
  checkUrl,
  GitError,
  type GitRemote,
  type GitSourceTarget,
  gitSource,
  keepsHistory,
  outputArtifactFormat,
  timestamp,
} from '@penstock/core/git'
import { type CodeCommitConfig, credentialsOf, type MappedRepository, regionOf } from './config.js'
import { gitPassword } from './git-password.js'

const configuration = {
  RepositoryName: { description: "the repository's name", required: true, key: true, example: 'site' },
  BranchName: { description: 'branch to watch', required: true, key: true, example: 'main' },
  PollForSourceChanges: { type: 'boolean', description: 'false when an event starts the pipeline', default: true },
  OutputArtifactFormat: outputArtifactFormat,
} as const

type Configured = ConfigurationOf<typeof configuration>

/** Source/AWS/CodeCommit/1: a branch of a repository in CodeCommit, over HTTPS. */
export function codecommit(config: CodeCommitConfig): SourceProvider<typeof configuration> {
  return defineSource({
    owner: 'AWS',
    provider: 'CodeCommit',
    version: '1',
    description: 'A branch of a repository in AWS CodeCommit',
    outputArtifacts: 1,
    idempotent: true,
    configuration,
    polls: ({ PollForSourceChanges }) => PollForSourceChanges,
    ...gitSource((configured: Configured) => locate(config, configured), {
      engine: config.engine,
      pollTimeout: config.pollTimeoutSeconds * 1000,
      fetchTimeout: config.fetchTimeoutMinutes * 60_000,
      isomorphicMaxBytes: config.isomorphicMaxMegabytes * 1024 ** 2,
    }),
  })
}

function locate(config: CodeCommitConfig, configured: Configured): GitSourceTarget {
  const { RepositoryName, BranchName, OutputArtifactFormat } = configured
  const mapped = Object.hasOwn(config.repositories, RepositoryName) ? config.repositories[RepositoryName] : undefined
  const shared = {
    branch: BranchName,
    history: keepsHistory(OutputArtifactFormat),
    variables: (commit: CommitInfo) => ({ CommitterDate: timestamp(commit.committed), RepositoryName }),
  }
  if (mapped !== undefined) return { remote: elsewhere(mapped, config.caFile), ...shared }
  const region = regionOf(config, process.env)
  const domain = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com'
  const endpoint = config.endpoint ?? `https://git-codecommit.${region}.${domain}`
  const url = checkUrl(`${endpoint.replace(/\/+$/, '')}/v1/repos/${encodeURIComponent(RepositoryName)}`)
  const keys = credentialsOf(config, process.env)
  if (keys === undefined) {
    throw new GitError(
      'unauthorised',
      `there are no AWS credentials for ${url}: set accessKeyId and secretAccessKey of codecommit-source in penstock.yaml, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY`,
    )
  }
  const page = `https://${region}.console.aws.amazon.com/codesuite/codecommit/repositories/${encodeURIComponent(RepositoryName)}`
  return {
    remote: {
      url,
      // Signed at each use: the signature holds the time. The machine's real one, since AWS compares it with its own.
      credentials: () => gitPassword(url, region, keys, Date.now()),
      ...(config.caFile === undefined ? {} : { caFile: config.caFile }),
    },
    ...shared,
    identity: keys.accessKeyId,
    commitUrl: (_, id) => `${page}/commit/${id}?region=${region}`,
  }
}

/** A repository of the operator's map. Errors: GitError for an address that is none. */
function elsewhere(mapped: string | MappedRepository, caFile: string | undefined): GitRemote {
  const { url, username, password, identityFile, knownHostsFile } =
    typeof mapped === 'string' ? { url: mapped } : mapped
  const login = username === undefined || password === undefined ? undefined : { username, password }
  return {
    url: checkUrl(url, ['/']), // A folder of the server, too: who writes the map is its operator.
    ...defined({ caFile, credentials: login && (() => login) }),
    ...(identityFile === undefined && knownHostsFile === undefined
      ? {}
      : { ssh: defined({ identityFile, knownHostsFile }) }),
  }
}
