/** Finds the server that a command is for. */
import { userInfo } from 'node:os'
import type { LocalSignIn } from '../../app/control.js'
import { askServer } from '../../app/control-socket.js'
import { type EndpointOptions, endpointOf, regionOf, trustedOf } from '../endpoint.js'
import type { WhereOptions } from '../main.js'
import { CommandFailed, UsageError } from '../output.js'
import { configOf } from '../where.js'
import type { Client } from './client.js'
import { httpClient } from './http-client.js'
import { readProfile } from './profile.js'
import { Unreachable } from './refusal.js'

/** The options that name a server. */
export interface ConnectOptions extends WhereOptions, EndpointOptions {
  readonly profile?: string
}

/** Connects, works, and lets the connection go. */
export async function withClient<T>(options: ConnectOptions, work: (client: Client) => Promise<T>): Promise<T> {
  const client = await connect(options)
  try {
    return await work(client)
  } finally {
    client.close()
  }
}

/**
 * With `--endpoint` (or PENSTOCK_ENDPOINT, or a profile's endpoint_url) that server, with an access key; else the one that
 * runs on the data folder, which needs no key of who may open the folder. AWS itself is never meant.
 * Errors: CommandFailed, UsageError.
 */
async function connect(options: ConnectOptions): Promise<Client> {
  const here = options.data !== undefined || options.config !== undefined
  if (here && options.endpoint !== undefined)
    throw new UsageError('--endpoint names a server, and --data or --config another: give one of them')
  const profile = here ? {} : readProfile(options.profile ?? process.env.AWS_PROFILE)
  const { PENSTOCK_ENDPOINT, AWS_ENDPOINT_URL_CODEPIPELINE } = process.env
  const fromProfile = options.profile === undefined ? undefined : profile.endpoint
  const far = options.endpoint ?? fromProfile ?? PENSTOCK_ENDPOINT ?? AWS_ENDPOINT_URL_CODEPIPELINE
  return here || !far ? local(options) : remote(far, options)
}

async function local(options: ConnectOptions): Promise<Client> {
  const { dataDir } = configOf(options)
  const signIn = async () => (await askServer(dataDir, { command: 'sign in', name: whoami() })) as LocalSignIn
  let current = await signIn()
  return httpClient({
    endpoint: current.endpoint,
    region: current.region,
    pageUrl: current.publicUrl,
    keys: async () => {
      if (current.expires - Date.now() > 60_000) return current
      // While it starts anew it cannot be asked.
      current = await signIn().catch((error) => {
        throw new Unreachable((error as Error).message)
      })
      return current
    },
  })
}

/** For the audit log. */
function whoami(): string {
  try {
    return userInfo().username
  } catch {
    return `uid-${process.getuid?.()}` // a container's user that has no name
  }
}

async function remote(given: string, options: ConnectOptions): Promise<Client> {
  const endpoint = endpointOf(given)
  const { env } = process
  const profile = readProfile(options.profile ?? env.AWS_PROFILE)
  const keys = keysOf(options, profile)
  const region = regionOf(options) ?? profile.region ?? 'us-east-1'
  return httpClient({ endpoint, region, pageUrl: endpoint, keys: async () => keys, ...trustedOf(options) })
}

/** The options, then a profile that was named, then the environment, then AWS_PROFILE's or the default profile. */
function keysOf(options: ConnectOptions, profile: ReturnType<typeof readProfile>) {
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = process.env
  const given = { accessKeyId: options.accessKeyId, secretAccessKey: options.secretAccessKey ?? AWS_SECRET_ACCESS_KEY }
  const variables = {
    accessKeyId: AWS_ACCESS_KEY_ID,
    secretAccessKey: AWS_SECRET_ACCESS_KEY,
    ...(AWS_SESSION_TOKEN ? { sessionToken: AWS_SESSION_TOKEN } : {}),
  }
  const order = options.profile === undefined ? [given, variables, profile] : [given, profile]
  for (const { accessKeyId, secretAccessKey, ...more } of order)
    if (accessKeyId && secretAccessKey) return { ...more, accessKeyId, secretAccessKey }
  throw new CommandFailed(
    'an access key is missing: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or name a --profile; ' +
      "on the server's machine penstock access-key create makes one",
  )
}
