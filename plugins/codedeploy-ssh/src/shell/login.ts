/** One hop's handshake and login. */
import { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { JobFailed } from '@penstock/core'
import type { CipherAlgorithm, Client, ConnectConfig, KeyboardInteractiveCallback, Prompt } from 'ssh2'
import { authOf } from './auth.js'
import type { HostKeys } from './host-keys.js'
import { saidWithRemedy } from './refusals.js'
import { ConnectionLost } from './shell.js'
import { type SshTarget, targetName } from './target.js'

// AES-GCM first: the fastest where the processor has AES, and so is every server of the last ten years. The last one is
// all that some small or hardened servers offer.
const CIPHERS: CipherAlgorithm[] = [
  'aes128-gcm@openssh.com',
  'aes256-gcm@openssh.com',
  'aes128-ctr',
  'aes192-ctr',
  'aes256-ctr',
  'chacha20-poly1305@openssh.com',
]

type SshError = Error & { readonly level?: string; readonly code?: string }

export interface LoginOptions {
  readonly hostKeys: HostKeys
  readonly signal?: AbortSignal
  /** Milliseconds; 20 seconds when absent. */
  readonly readyTimeout?: number
}

/**
 * Logs in over `way`: a socket that is connected here, or a channel through the hop before.
 * Errors: ConnectionLost; JobFailed for a host key that is not the known one, or when the key file is unusable.
 */
export async function login(hop: SshTarget, way: Duplex, options: LoginOptions): Promise<Client> {
  const [{ default: ssh2 }, auth] = await Promise.all([import('ssh2'), authOf(hop)])
  options.signal?.throwIfAborted()
  const client = new ssh2.Client()
  let refusal: string | undefined
  const config: ConnectConfig = {
    ...auth,
    sock: way as NonNullable<ConnectConfig['sock']>,
    username: hop.user,
    readyTimeout: options.readyTimeout ?? 20_000,
    keepaliveInterval: 10_000,
    keepaliveCountMax: 3,
    tryKeyboard: hop.password !== undefined,
    algorithms: { cipher: CIPHERS, serverHostKey: options.hostKeys.algorithms(hop.host, hop.port) },
    hostVerifier: (key: Buffer) => {
      refusal = options.hostKeys.refusal(hop.host, hop.port, key)
      return refusal === undefined
    },
  }
  let banner = ''
  client.on('banner', (text) => {
    banner = text
  })
  client.on('keyboard-interactive', (_name, _instructions, _language, prompts, finish) =>
    answerPrompts(hop, prompts, finish),
  )
  return new Promise((resolve, reject) => {
    const fail = (error: SshError) => {
      options.signal?.removeEventListener('abort', abort)
      client.end()
      if (refusal === undefined) reject(explain(hop, error, banner))
      else reject(new JobFailed(refusal, 'ConfigurationError'))
    }
    const abort = () => fail(new Error('stopped'))
    const closed = () => fail(new Error('the server closed the connection during the login'))
    options.signal?.addEventListener('abort', abort, { once: true })
    client.on('error', fail)
    client.once('close', closed)
    client.once('ready', () => {
      options.signal?.removeEventListener('abort', abort)
      client.off('close', closed)
      client.on('error', () => undefined) // Channels tell of it by their end.
      client.off('error', fail)
      resolve(client)
    })
    try {
      client.connect(config)
      if (way instanceof Socket) way.setNoDelay(true).connect(hop.port, hop.host)
    } catch (error) {
      fail(error as SshError)
    }
  })
}

/** Many servers take passwords only in this way; whatever else is asked (a second factor) is not ours to answer. */
function answerPrompts(hop: SshTarget, prompts: readonly Prompt[], finish: KeyboardInteractiveCallback): void {
  finish(prompts.map(({ prompt, echo }) => (echo !== true && /password/i.test(prompt) ? (hop.password ?? '') : '')))
}

/** What was tried, and where its other half should be. */
function withWhat({ user, identityFile, password, agent }: SshTarget): string {
  if (identityFile !== undefined && password === undefined)
    return ` with the key ${identityFile}: its public half must be in ~${user}/.ssh/authorized_keys there`
  if (password !== undefined && identityFile === undefined)
    return ` with the password: it is another one, or the host takes only keys`
  if (agent !== undefined) return ` with the keys of the agent ${agent}: none of them is known there`
  return `: it takes none of our keys and passwords`
}

function explain(hop: SshTarget, error: SshError, banner: string): ConnectionLost {
  const name = targetName(hop)
  if (error.level === 'client-authentication') {
    const said = saidWithRemedy(banner)
    return new ConnectionLost(`${name} refused the login${withWhat(hop)}${said}`, false)
  }
  if (error.code === 'ENOTFOUND') return new ConnectionLost(`${hop.host} is unknown: ${error.message}`, false)
  const refused = error.code === 'ECONNREFUSED' || error.code === 'EHOSTUNREACH' || error.code === 'ENETUNREACH'
  const mismatch = /no matching/i.test(error.message)
  return new ConnectionLost(`cannot connect to ${name}: ${error.message}`, !refused && !mismatch)
}
