/** What ssh2 needs to log in. */
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { defined, JobFailed } from '@penstock/core'
import type { ConnectConfig } from 'ssh2'
import type { SshTarget } from './target.js'

const DEFAULT_KEYS = ['id_ed25519', 'id_ecdsa', 'id_rsa']

/** `~/x` is in the home folder of whoever runs the server. */
export function expandHome(path: string): string {
  return path === '~' || path.startsWith('~/') ? join(homedir(), path.slice(1)) : path
}

/**
 * The key file that is named; else the password or agent that is; else the running agent, else OpenSSH's default keys.
 * Errors: JobFailed when the key cannot be read, or when there is nothing to log in with.
 */
export async function authOf(target: SshTarget): Promise<ConnectConfig> {
  const common: ConnectConfig = {
    ...defined({ password: target.password, agent: target.agent }),
  }
  const file = target.identityFile ?? (Object.keys(common).length > 0 ? undefined : implicitKey())
  if (file !== undefined) return { ...common, ...(await keyOf(file, target)) }
  if (Object.keys(common).length > 0) return common
  const agent = process.env.SSH_AUTH_SOCK
  if (agent !== undefined && agent !== '') return { agent }
  throw new JobFailed(
    `nothing to log in to ${target.host} with: give an identityFile, a password or an agent`,
    'ConfigurationError',
  )
}

function implicitKey(): string | undefined {
  if (process.env.SSH_AUTH_SOCK) return undefined
  return DEFAULT_KEYS.map((name) => join(homedir(), '.ssh', name)).find(existsSync)
}

async function keyOf(path: string, target: SshTarget): Promise<ConnectConfig> {
  const file = expandHome(path)
  let privateKey: Buffer
  try {
    privateKey = await readFile(file)
  } catch (error) {
    throw new JobFailed(
      `cannot read the identity file ${file} for ${target.host}: ${(error as Error).message}`,
      'ConfigurationError',
    )
  }
  const { default: ssh2 } = await import('ssh2')
  const parsed = ssh2.utils.parseKey(privateKey, target.passphrase)
  if (parsed instanceof Error) {
    const advice = /passphrase/i.test(parsed.message) ? ': give its passphrase' : ''
    throw new JobFailed(
      `cannot use the identity file ${file} for ${target.host}: ${parsed.message}${advice}`,
      'ConfigurationError',
    )
  }
  return { privateKey, ...defined({ passphrase: target.passphrase }) }
}
