/** Makes SSH connections: host keys checked on every hop, kept alive, tried again when a server was too busy. */
import type { Duplex } from 'node:stream'
import { type Clock, JobFailed, sleep } from '@penstock/core'
import type { CipherAlgorithm, Client, ConnectConfig } from 'ssh2'
import { authOf } from './auth.js'
import type { Handshakes } from './handshakes.js'
import type { HostKeys } from './host-keys.js'
import { ConnectionLost } from './shell.js'
import { type SshTarget, targetName } from './target.js'

export interface ConnectOptions {
  readonly hostKeys: HostKeys
  readonly handshakes: Handshakes
  readonly clock: Clock
  readonly signal?: AbortSignal
  /** Milliseconds for one login. */
  readonly readyTimeout?: number
  readonly attempts?: number
}

/** A connection and those that it goes through. */
export interface Connection {
  readonly client: Client
  /** Ends all of them. */
  end(): void
}

// AES-GCM first: the fastest where the processor has AES, and so is every server of the last ten years.
const CIPHERS: CipherAlgorithm[] = [
  'aes128-gcm@openssh.com',
  'aes256-gcm@openssh.com',
  'aes128-ctr',
  'aes192-ctr',
  'aes256-ctr',
]

/**
 * Logs in to `target` through its jumps.
 * Errors: ConnectionLost (temporary when trying again later may help), JobFailed when the key file is unusable.
 */
export async function connect(target: SshTarget, options: ConnectOptions): Promise<Connection> {
  const attempts = options.attempts ?? 6
  for (let attempt = 1; ; attempt++) {
    options.signal?.throwIfAborted()
    try {
      return await connectOnce(target, options)
    } catch (error) {
      if (!(error instanceof ConnectionLost) || !error.temporary) throw error
      // A host that does not answer at all is not merely busy.
      if (attempt >= (/timed? ?out/i.test(error.message) ? Math.min(2, attempts) : attempts)) throw error
      // Random, so that the hosts of a fleet do not come back all at the same moment.
      await sleep(options.clock, Math.random() * 250 * 2 ** attempt, options.signal)
    }
  }
}

async function connectOnce(target: SshTarget, options: ConnectOptions): Promise<Connection> {
  const clients: Client[] = []
  const end = () => {
    for (const client of [...clients].reverse()) client.end()
  }
  try {
    let socket: Duplex | undefined
    for (const hop of [...target.jumps, target]) {
      const previous = clients.at(-1)
      if (previous !== undefined) socket = await tunnel(previous, hop)
      clients.push(await options.handshakes.run(() => login(hop, socket, options)))
    }
  } catch (error) {
    end()
    throw error
  }
  const client = clients.at(-1)
  if (client === undefined) throw new Error('no hop')
  return { client, end }
}

function tunnel(through: Client, hop: SshTarget): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    through.forwardOut('127.0.0.1', 0, hop.host, hop.port, (error, channel) => {
      if (error === undefined) resolve(channel)
      else
        reject(new ConnectionLost(`cannot reach ${targetName(hop)} through the host before it: ${error.message}`, true))
    })
  })
}

async function login(hop: SshTarget, socket: Duplex | undefined, options: ConnectOptions): Promise<Client> {
  const [{ default: ssh2 }, auth] = await Promise.all([import('ssh2'), authOf(hop)])
  const client = new ssh2.Client()
  let refusal: string | undefined
  const config: ConnectConfig = {
    ...auth,
    ...(socket === undefined
      ? { host: hop.host, port: hop.port }
      : { sock: socket as NonNullable<ConnectConfig['sock']> }),
    username: hop.user,
    readyTimeout: options.readyTimeout ?? 20_000,
    keepaliveInterval: 10_000,
    keepaliveCountMax: 3,
    algorithms: { cipher: CIPHERS, serverHostKey: options.hostKeys.algorithms(hop.host, hop.port) },
    hostVerifier: (key: Buffer) => {
      refusal = options.hostKeys.refusal(hop.host, hop.port, key)
      return refusal === undefined
    },
  }
  return new Promise((resolve, reject) => {
    const fail = (error: Error & { readonly level?: string; readonly code?: string }) => {
      options.signal?.removeEventListener('abort', abort)
      client.end()
      if (refusal === undefined) reject(explain(hop, error))
      else reject(new JobFailed(refusal, 'ConfigurationError'))
    }
    const abort = () => fail(new Error('stopped'))
    options.signal?.addEventListener('abort', abort, { once: true })
    client.once('ready', () => {
      options.signal?.removeEventListener('abort', abort)
      client.off('error', fail)
      client.on('error', () => undefined) // Channels tell of it by their end.
      resolve(client)
    })
    client.on('error', fail)
    client.once('close', () => fail(new Error('the server closed the connection during the login')))
    try {
      client.connect(config)
    } catch (error) {
      fail(error as Error)
    }
  })
}

function explain(hop: SshTarget, error: Error & { readonly level?: string; readonly code?: string }): ConnectionLost {
  const name = targetName(hop)
  if (error.level === 'client-authentication') {
    return new ConnectionLost(`${name} refused the login: ${error.message}`, false)
  }
  if (error.code === 'ENOTFOUND') return new ConnectionLost(`${hop.host} is unknown: ${error.message}`, false)
  const refused = error.code === 'ECONNREFUSED' || error.code === 'EHOSTUNREACH' || error.code === 'ENETUNREACH'
  const mismatch = /no matching/i.test(error.message)
  return new ConnectionLost(`cannot connect to ${name}: ${error.message}`, !refused && !mismatch)
}
