/** Finds the server that a command is for. */
import { userInfo } from 'node:os'
import type { LocalSignIn } from '../../app/control.js'
import { askServer } from '../../app/control-socket.js'
import type { SigningKeys } from '../../worker/signed-request.js'
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
export async function connect(options: ConnectOptions): Promise<Client> {
  const far = farServer(options)
  return far === undefined ? local(options) : remote(far, options)
}

/** For callers who bring keys of their own: a client of that server for each. Errors: CommandFailed, UsageError. */
export async function signingClient(options: ConnectOptions): Promise<(keys: SigningKeys) => Client> {
  const far = farServer(options)
  const { endpoint, region } = far === undefined ? await signIn(options) : farAddress(far, options)
  return (keys) => httpClient({ endpoint, region, pageUrl: endpoint, keys: async () => keys, ...trustedOf(options) })
}

/** The server that is named; `undefined` for the one on the data folder. Errors: UsageError. */
function farServer(options: ConnectOptions): string | undefined {
  const here = options.data !== undefined || options.config !== undefined
  if (here && options.endpoint !== undefined)
    throw new UsageError('--endpoint names a server, and --data or --config another: give one of them')
  if (here) return undefined
  const profile = readProfile(options.profile ?? process.env.AWS_PROFILE)
  const { PENSTOCK_ENDPOINT, AWS_ENDPOINT_URL_CODEPIPELINE } = process.env
  const fromProfile = options.profile === undefined ? undefined : profile.endpoint
  return options.endpoint ?? fromProfile ?? (PENSTOCK_ENDPOINT || AWS_ENDPOINT_URL_CODEPIPELINE || undefined)
}

const signIn = async (options: ConnectOptions) =>
  (await askServer(configOf(options).dataDir, { command: 'sign in', name: whoami() })) as LocalSignIn

async function local(options: ConnectOptions): Promise<Client> {
  let current = await signIn(options)
  return httpClient({
    endpoint: current.endpoint,
    region: current.region,
    pageUrl: current.publicUrl,
    keys: async () => {
      if (current.expires - Date.now() > 60_000) return current
      // While it starts anew it cannot be asked.
      current = await signIn(options).catch((error) => {
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
  const { endpoint, region } = farAddress(given, options)
  const keys = keysOf(options, readProfile(options.profile ?? process.env.AWS_PROFILE))
  return httpClient({ endpoint, region, pageUrl: endpoint, keys: async () => keys, ...trustedOf(options) })
}

/** Errors: CommandFailed. */
function farAddress(given: string, options: ConnectOptions): { endpoint: string; region: string } {
  const profile = readProfile(options.profile ?? process.env.AWS_PROFILE)
  return { endpoint: endpointOf(given), region: regionOf(options) ?? profile.region ?? 'us-east-1' }
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
