/** Opens the right kind of shell for a host. */
import { type Clock, defined } from '@penstock/core'
import type { GroupHost } from '../group/deployment-group.js'
import { BecomeShell } from '../shell/become-shell.js'
import type { ConnectionPool } from '../shell/connection-pool.js'
import type { Handshakes } from '../shell/handshakes.js'
import type { HostKeys } from '../shell/host-keys.js'
import { LocalShell } from '../shell/local-shell.js'
import type { Shell } from '../shell/shell.js'
import { SshShell } from '../shell/ssh-shell.js'

export interface ShellSource {
  readonly hostKeys: HostKeys
  readonly handshakes: Handshakes
  readonly clock: Clock
  readonly pool?: ConnectionPool
}

/** Errors: as connect; JobFailed for keys that are not usable or not known. */
export async function openShell(host: GroupHost, source: ShellSource, signal: AbortSignal | undefined): Promise<Shell> {
  const shell = await login(host, source, signal)
  return host.become === undefined ? shell : new BecomeShell(shell, host.become)
}

async function login(host: GroupHost, source: ShellSource, signal: AbortSignal | undefined): Promise<Shell> {
  if (host.target === 'local') return new LocalShell()
  return SshShell.open(host.target, { ...source, ...defined({ signal }) })
}
