import { type ConfigurationOf, defined, defineSource, type SourceProvider } from '@penstock/core'
import {
  checkUrl,
  type ExtraPolicy,
  GitError,
  type GitRemote,
  type GitSourceTarget,
  gitSource,
  isLocalUrl,
  isSshUrl,
  keepsHistory,
  outputArtifactFormat,
  timestamp,
  webUrl,
} from '@penstock/core/git'
import { extraProperties, forkPullRequests, type GitConfig, settingsOf } from './config.js'
import { remoteOf, tokenUser } from './remote.js'

const configuration = {
  Url: {
    description: "the repository's https, ssh or file address, without secrets",
    required: true,
    key: true,
    example: 'https://git.example.com/acme/site.git',
  },
  Branch: { description: 'branch to watch', default: 'main', key: true },
  Username: { description: 'user name, where the server asks for one' },
  Password: { description: "the user's password", secret: true },
  Token: { description: 'access token, instead of a password', secret: true },
  SshIdentity: { description: "for ssh: one of the plugin's sshIdentities in penstock.yaml", example: 'deploy' },
  PollForSourceChanges: {
    type: 'boolean',
    description: 'false when something else starts the pipeline',
    default: true,
  },
  OutputArtifactFormat: outputArtifactFormat,
  ForkPullRequests: forkPullRequests,
  ...extraProperties,
} as const

type Configured = ConfigurationOf<typeof configuration>

/** Source/Custom/Git/1: a branch of a repository on any server that speaks git over HTTP or SSH. */
export function git(config: GitConfig): SourceProvider<typeof configuration> {
  return defineSource({
    owner: 'Custom',
    provider: 'Git',
    version: '1',
    description: 'A branch of a repository on any git server that is reached over https, http or ssh',
    outputArtifacts: 1,
    idempotent: true,
    configuration,
    validate: (configured) => problemsOf(config, configured),
    polls: ({ PollForSourceChanges }) => PollForSourceChanges,
    ...gitSource((configured: Configured) => locate(config, configured), settingsOf(config)),
  })
}

function problemsOf(
  { localRepositories }: GitConfig,
  { Url, Username, Password, Token, SshIdentity }: Configured,
): string[] {
  const problems: string[] = []
  try {
    checkUrl(Url, localRepositories)
  } catch (error) {
    problems.push(`Url: ${(error as Error).message}`)
  }
  if (Password !== undefined && Token !== undefined) problems.push('Token: give either a Token or a Password, not both')
  if (Password !== undefined && Username === undefined) problems.push('Username is missing: a Password needs one')
  const login = Object.entries({ Username, Password, Token }).find(([, value]) => value !== undefined)
  if (isLocalUrl(Url) && login !== undefined) problems.push(`${login[0]} is for https: a folder of the server is read`)
  if (isSshUrl(Url) && login !== undefined)
    problems.push(`${login[0]} is for https: over ssh a key logs in, see SshIdentity`)
  if (!isSshUrl(Url) && SshIdentity !== undefined)
    problems.push('SshIdentity is for ssh: give a Token, or a Username and Password, for https')
  return problems
}

/** Errors: GitError for an identity that penstock.yaml does not have. */
function overSsh({ sshIdentities }: GitConfig, url: string, name: string | undefined): GitRemote {
  if (name === undefined) return { url }
  const ssh = Object.hasOwn(sshIdentities, name) ? sshIdentities[name] : undefined
  if (ssh !== undefined) return { url, ssh }
  const known = Object.keys(sshIdentities).join(', ') || 'none'
  throw new GitError(
    'bad-url',
    `SshIdentity ${name} is not known here: add it to github-source.sshIdentities in penstock.yaml (there: ${known})`,
  )
}

function locate(
  config: GitConfig,
  { Url, Branch, Username, Password, Token, SshIdentity, OutputArtifactFormat, Submodules, Lfs }: Configured,
): GitSourceTarget {
  const url = checkUrl(Url, config.localRepositories)
  const secret = Token ?? Password
  const credentials = secret === undefined ? undefined : { username: Username ?? tokenUser, password: secret }
  const name = webUrl(url).split(/[/:]/).at(-1) ?? ''
  return {
    remote: isSshUrl(url) ? overSsh(config, url, SshIdentity) : remoteOf(url, config.caFile, credentials),
    branch: Branch,
    history: keepsHistory(OutputArtifactFormat),
    extras: defined({ submodules: Submodules as ExtraPolicy | undefined, lfs: Lfs as ExtraPolicy | undefined }),
    variables: (commit) => ({ CommitterDate: timestamp(commit.committed), RepositoryName: decodeURIComponent(name) }),
  }
}
