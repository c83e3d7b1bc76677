import type { ExtraPolicy, GitSourceSettings, SshIdentity } from '@penstock/core/git'
import { type ForgeKind, forgeKinds } from './pull-requests/choose-api.js'

/** A connection as CodePipeline means it: an account at a git server, known by an ARN. */
export interface Connection {
  /** Where repositories are: `https://github.com`, a GitHub Enterprise, GitLab, Gitea or Bitbucket server. */
  readonly url?: string
  /** Whose API tells its pull requests; known for github.com, gitlab.com and codeberg.org. */
  readonly kind?: ForgeKind
  readonly username?: string
  readonly token?: string
}

/** The plugin's section of penstock.yaml. */
export interface GitConfig {
  /** Where Owner/Repo of the GitHub action are. */
  readonly githubUrl: string
  /** For GitHub actions that have no OAuthToken of their own. */
  readonly githubToken?: string
  /** By ConnectionArn. */
  readonly connections: Readonly<Record<string, Connection>>
  /** Keys for repositories over SSH, by the name that an action's SshIdentity has. */
  readonly sshIdentities: Readonly<Record<string, SshIdentity>>
  readonly engine: 'auto' | 'git' | 'isomorphic-git'
  readonly pollTimeoutSeconds: number
  readonly fetchTimeoutMinutes: number
  /** What isomorphic-git may be sent for one fetch. */
  readonly isomorphicMaxMegabytes: number
  /** Folders of the server in which repositories may be, for Url: file:///... */
  readonly localRepositories: readonly string[]
  readonly submodules: ExtraPolicy
  readonly lfs: ExtraPolicy
  /** PEM file of a private certificate authority. */
  readonly caFile?: string
  /** Set: commits show how the pipelines that run them go. */
  readonly commitStatus?: CommitStatusConfig
}

/** Which pipelines are told at commits, and under which name. */
export interface CommitStatusConfig {
  /** The status is `CONTEXT/PIPELINE`. */
  readonly context: string
  /** Names of pipelines, `*` for any letters; all when absent. */
  readonly pipelines?: readonly string[]
}

const url = { type: 'string', pattern: '^https?://' } as const
const text = { type: 'string', minLength: 1 } as const
/** Absolute: ssh looks for a relative one in a folder of its own choosing. */
const path = { type: 'string', pattern: '^/' } as const

const extraPolicies = ['notice', 'fetch', 'refuse'] as const

export const configSchema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    githubUrl: { ...url, default: 'https://github.com' },
    githubToken: text,
    connections: {
      type: 'object',
      default: {},
      additionalProperties: {
        type: 'object',
        additionalProperties: false,
        properties: {
          url: { ...url, default: 'https://github.com' },
          kind: { enum: [...forgeKinds] },
          username: text,
          token: text,
        },
      },
    },
    sshIdentities: {
      type: 'object',
      default: {},
      additionalProperties: {
        type: 'object',
        additionalProperties: false,
        properties: { identityFile: path, knownHostsFile: path },
      },
    },
    engine: { enum: ['auto', 'git', 'isomorphic-git'], default: 'auto' },
    pollTimeoutSeconds: { type: 'number', exclusiveMinimum: 0, default: 20 },
    fetchTimeoutMinutes: { type: 'number', exclusiveMinimum: 0, default: 30 },
    isomorphicMaxMegabytes: { type: 'number', exclusiveMinimum: 0, default: 256 },
    localRepositories: { type: 'array', items: path, default: [] },
    submodules: { enum: extraPolicies, default: 'notice' },
    lfs: { enum: extraPolicies, default: 'notice' },
    caFile: text,
    commitStatus: {
      type: 'object',
      additionalProperties: false,
      properties: {
        context: { type: 'string', pattern: '^[^/\\s][^\\r\\n]{0,99}$', default: 'penstock' },
        pipelines: { type: 'array', items: text, minItems: 1 },
      },
    },
  },
} as const

/** The property by which a source action says what it does with pull requests from other people's copies. */
export const forkPullRequests = {
  description:
    'Pull requests from forks: off (unless given), approve (somebody is asked, for each commit), or run; never with secrets',
  enum: ['off', 'approve', 'run'],
} as const

const extra = (what: string) =>
  ({
    description: `${what}: notice (left out, with a line in the log), fetch, or refuse; as penstock.yaml says unless given`,
    enum: extraPolicies,
  }) as const

/** The properties by which a source says what it does about what a repository only names. */
export const extraProperties = { Submodules: extra('Submodules'), Lfs: extra('Files of Git LFS') } as const

/** What the core's git source takes of it. */
export function settingsOf(config: GitConfig): GitSourceSettings {
  return {
    engine: config.engine,
    pollTimeout: config.pollTimeoutSeconds * 1000,
    fetchTimeout: config.fetchTimeoutMinutes * 60_000,
    isomorphicMaxBytes: config.isomorphicMaxMegabytes * 1024 ** 2,
    extras: { submodules: config.submodules, lfs: config.lfs },
  }
}
