import { defined } from '../domain/defined.js'
import { secretNames } from '../domain/secret-reference.js'
import { JobFailed } from '../host/job-failed.js'
import type { JobContext } from '../host/provider-context.js'

/**
 * Where AWS is, and as whom it is called: members of a plugin's section of penstock.yaml.
 * @example
 * const access: AwsAccess = { region: 'eu-central-1', accessKeyId: '{{secret:aws-id}}', secretAccessKey: '{{secret:aws-key}}' }
 */
export interface AwsAccess {
  /** The server's own when absent. */
  readonly region?: string
  /** Another address than AWS's: any server that speaks the service's protocol. */
  readonly endpoint?: string
  /** The usual places of the AWS SDK when absent. Like the other two, it may be `{{secret:NAME}}`. */
  readonly accessKeyId?: string
  readonly secretAccessKey?: string
  /** Of temporary credentials. */
  readonly sessionToken?: string
}

const text = { type: 'string', minLength: 1 } as const

/**
 * AwsAccess as members of a plugin's `configSchema`.
 * @example
 * const configSchema = { type: 'object', additionalProperties: false, ...awsAccessSchema } as const
 */
export const awsAccessSchema = {
  properties: {
    region: text,
    endpoint: { type: 'string', pattern: '^https?://' },
    accessKeyId: text,
    secretAccessKey: text,
    sessionToken: text,
  },
  dependentRequired: {
    accessKeyId: ['secretAccessKey'],
    secretAccessKey: ['accessKeyId'],
    sessionToken: ['accessKeyId'],
  },
} as const

/**
 * What every client of the AWS SDK takes: throttling and broken connections are retried with growing pauses, and nothing
 * waits for ever.
 * @example
 * const settings: AwsClientSettings = await awsClientSettings({}, { plugin: 'ecs-deploy', region: 'eu-central-1' })
 */
export interface AwsClientSettings {
  readonly region: string
  readonly endpoint?: string
  readonly credentials?: {
    readonly accessKeyId: string
    readonly secretAccessKey: string
    readonly sessionToken?: string
  }
  readonly maxAttempts: number
  /** Milliseconds. */
  readonly requestHandler: { readonly connectionTimeout: number; readonly requestTimeout: number }
}

/**
 * Who asks for settings, and what for.
 * @example
 * const asking: AwsAsking = { plugin: 'ecs-deploy', region: api.server.identity.region, ctx }
 */
export interface AwsAsking {
  /** For errors: `plugins.PLUGIN.secretAccessKey` is what they name. */
  readonly plugin: string
  /** Where the configuration names none. */
  readonly region: string
  /** The job, whose `secret` finds named secrets. */
  readonly ctx?: Pick<JobContext, 'secret'>
}

/** Five attempts are some twenty seconds of a service that throttles. */
const maxAttempts = 5
const connectionTimeoutMs = 10_000
const requestTimeoutMs = 60_000

/**
 * The settings of a client, its named secrets looked up. Errors: JobFailed ConfigurationError for a secret that is nowhere.
 * @example
 * const client = new ECSClient(await awsClientSettings(config, { plugin: 'ecs-deploy', region, ctx }))
 */
export async function awsClientSettings(access: AwsAccess, asking: AwsAsking): Promise<AwsClientSettings> {
  const { region = asking.region, endpoint } = access
  const accessKeyId = await inClear('accessKeyId', access.accessKeyId, asking)
  const secretAccessKey = await inClear('secretAccessKey', access.secretAccessKey, asking)
  const sessionToken = await inClear('sessionToken', access.sessionToken, asking)
  const known = accessKeyId !== undefined && secretAccessKey !== undefined
  return {
    region,
    ...defined({ endpoint }),
    ...(known ? { credentials: { accessKeyId, secretAccessKey, ...defined({ sessionToken }) } } : {}),
    maxAttempts,
    requestHandler: { connectionTimeout: connectionTimeoutMs, requestTimeout: requestTimeoutMs },
  }
}

/** A value, or the secret that it names. */
async function inClear(
  member: keyof AwsAccess,
  value: string | undefined,
  { plugin, ctx }: AwsAsking,
): Promise<string | undefined> {
  const [name] = value === undefined ? [] : secretNames(value)
  if (name === undefined) return value
  const found = await ctx?.secret?.(name)
  if (found !== undefined) return found
  throw new JobFailed(
    `plugins.${plugin}.${member} names the secret "${name}", which no secret store has: penstock secret set ${name}, with its value on standard input, makes it`,
    'ConfigurationError',
  )
}
