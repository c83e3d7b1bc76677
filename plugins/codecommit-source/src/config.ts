import type { AwsCredentials } from './git-password.js'

/** A repository that takes the place of one in CodeCommit, on any git server. */
export interface MappedRepository {
  readonly url: string
  readonly username?: string
  readonly password?: string
  /** For ssh: files with the private key and with the server's host keys. */
  readonly identityFile?: string
  readonly knownHostsFile?: string
}

/** The plugin's section of penstock.yaml. What is absent is taken from the AWS_* environment variables. */
export interface CodeCommitConfig {
  readonly region?: string
  readonly accessKeyId?: string
  readonly secretAccessKey?: string
  readonly sessionToken?: string
  /** Instead of `https://git-codecommit.REGION.amazonaws.com`: a VPC endpoint, or a server that takes its place. */
  readonly endpoint?: string
  /** By RepositoryName: its URL, or that and what it takes to read it. The others are CodeCommit's. */
  readonly repositories: Readonly<Record<string, string | MappedRepository>>
  readonly engine: 'auto' | 'git' | 'isomorphic-git'
  readonly pollTimeoutSeconds: number
  readonly fetchTimeoutMinutes: number
  /** What isomorphic-git may be sent for one fetch. */
  readonly isomorphicMaxMegabytes: number
  /** PEM file of a private certificate authority. */
  readonly caFile?: string
}

const text = { type: 'string', minLength: 1 } as const

export const configSchema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    region: { ...text, pattern: '^[a-z]{2}(-[a-z]+)+-\\d$' },
    accessKeyId: text,
    secretAccessKey: text,
    sessionToken: text,
    endpoint: { type: 'string', pattern: '^https?://' },
    repositories: {
      type: 'object',
      default: {},
      additionalProperties: {
        anyOf: [
          text,
          {
            type: 'object',
            required: ['url'],
            additionalProperties: false,
            properties: {
              url: text,
              username: text,
              password: text,
              identityFile: { type: 'string', pattern: '^/' },
              knownHostsFile: { type: 'string', pattern: '^/' },
            },
            dependentRequired: { username: ['password'], password: ['username'] },
          },
        ],
      },
    },
    engine: { enum: ['auto', 'git', 'isomorphic-git'], default: 'auto' },
    pollTimeoutSeconds: { type: 'number', exclusiveMinimum: 0, default: 20 },
    fetchTimeoutMinutes: { type: 'number', exclusiveMinimum: 0, default: 30 },
    isomorphicMaxMegabytes: { type: 'number', exclusiveMinimum: 0, default: 256 },
    caFile: text,
  },
} as const

type Environment = Readonly<Record<string, string | undefined>>

/** The region to ask: `us-east-1` when nobody says another. */
export function regionOf(config: CodeCommitConfig, env: Environment): string {
  return config.region ?? env.AWS_REGION ?? env.AWS_DEFAULT_REGION ?? 'us-east-1'
}

/** The configured keys, or those of the environment; never a mixture of both. `undefined` when there are none. */
export function credentialsOf(config: CodeCommitConfig, env: Environment): AwsCredentials | undefined {
  const fromConfig = config.accessKeyId !== undefined || config.secretAccessKey !== undefined
  const accessKeyId = fromConfig ? config.accessKeyId : env.AWS_ACCESS_KEY_ID
  const secretAccessKey = fromConfig ? config.secretAccessKey : env.AWS_SECRET_ACCESS_KEY
  const sessionToken = fromConfig ? config.sessionToken : env.AWS_SESSION_TOKEN
  if (!accessKeyId || !secretAccessKey) return undefined
  return { accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) }
}
