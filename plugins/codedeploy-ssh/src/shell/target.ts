/** Where and how to log in. */

export interface SshAuth {
  /** Path of a private key; `~/` is the server's own home folder. */
  readonly identityFile?: string
  readonly passphrase?: string
  readonly password?: string
  /** Socket of an agent. Never forwarded. */
  readonly agent?: string
}

export interface SshTarget extends SshAuth {
  readonly host: string
  readonly port: number
  readonly user: string
  /** Hosts on the way, first one first; each one's key is checked under its own name. */
  readonly jumps: readonly SshTarget[]
}

/** `user@host:port`, without the port when it is 22. */
export function targetName(target: Pick<SshTarget, 'host' | 'port' | 'user'>): string {
  const host = target.host.includes(':') ? `[${target.host}]` : target.host
  return `${target.user}@${host}${target.port === 22 ? '' : `:${target.port}`}`
}
