/** How commands that speak to a server over HTTP are told which, and with whose key. */
import { readFileSync } from 'node:fs'
import type { SigningKeys } from '../worker/signed-request.js'
import { CommandFailed } from './output.js'

/** The options that name a server and a key. */
export interface EndpointOptions {
  readonly endpoint?: string
  readonly accessKeyId?: string
  readonly secretAccessKey?: string
  readonly region?: string
  /** A file with the certificates of an authority of one's own. */
  readonly ca?: string
}

/** The server's URL without a path. Errors: CommandFailed naming the option. */
export function endpointOf(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const plain =
    url &&
    ['http:', 'https:'].includes(url.protocol) &&
    url.pathname === '/' &&
    url.search === '' &&
    url.username === ''
  if (plain) return url.origin
  throw new CommandFailed(
    `--endpoint is '${text}', but must be the server's URL without a path, such as https://penstock.example.com:8080`,
  )
}

/** The key of the options or the environment; `policy` is the one that a new key would need. Errors: CommandFailed. */
export function keysOf({ accessKeyId, secretAccessKey }: EndpointOptions, policy: string): SigningKeys {
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY } = process.env
  const given = (option: string, variable: string, value: string | undefined): string => {
    if (value !== undefined && value !== '') return value
    throw new CommandFailed(
      `${option} is missing: give it, or set ${variable}; penstock access-key create --policy ${policy} makes a key`,
    )
  }
  return {
    accessKeyId: given('--access-key-id', 'AWS_ACCESS_KEY_ID', accessKeyId ?? AWS_ACCESS_KEY_ID),
    secretAccessKey: given('--secret-access-key', 'AWS_SECRET_ACCESS_KEY', secretAccessKey ?? AWS_SECRET_ACCESS_KEY),
  }
}

/** The server's region; `undefined` leaves it to the configuration. */
export function regionOf({ region }: EndpointOptions): string | undefined {
  return region ?? process.env.AWS_REGION ?? process.env.AWS_DEFAULT_REGION
}

/** Certificates to trust besides Node's own, from `--ca` or AWS_CA_BUNDLE. Errors: CommandFailed naming the file. */
export function trustedOf({ ca }: EndpointOptions): { readonly ca?: string } {
  const file = ca ?? process.env.AWS_CA_BUNDLE
  if (!file) return {}
  const [name, text] = [ca === undefined ? 'AWS_CA_BUNDLE' : '--ca', readIfThere(file)]
  if (text?.includes('-----BEGIN CERTIFICATE-----')) return { ca: text }
  throw new CommandFailed(
    `${name} is '${file}', which ${text === undefined ? 'cannot be read' : 'holds no certificate'}: name a file of certificates in PEM`,
  )
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}
