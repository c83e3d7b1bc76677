/** Keeps requests away from a host while it is deployed to: by HAProxy's runtime API, nginx's files, or commands on this machine. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { Clock } from '@penstock/core'
import type { GroupHost } from '../group/deployment-group.js'
import { Haproxy, type HaproxyConfig } from './haproxy.js'
import { Nginx, type NginxConfig } from './nginx.js'

/** HAProxy, nginx on this machine, or commands for any other balancer. */
export interface TrafficConfig {
  readonly haproxy?: HaproxyConfig
  readonly nginx?: NginxConfig
  /** Run by /bin/sh on the server with HOST and HOST_NAME in their environment. */
  readonly block?: string
  readonly allow?: string
  /** Seconds for a command; 60 when absent. */
  readonly timeout?: number
}

export class Traffic {
  private readonly haproxy: Haproxy | undefined
  private readonly nginx: Nginx | undefined

  constructor(
    private readonly config: TrafficConfig,
    clock: Clock,
  ) {
    this.haproxy = config.haproxy === undefined ? undefined : new Haproxy(config.haproxy, clock)
    this.nginx = config.nginx === undefined ? undefined : new Nginx(config.nginx, clock)
  }

  /** Errors: with what the balancer said. */
  async block(host: GroupHost, signal: AbortSignal): Promise<void> {
    await this.haproxy?.takeOut(nameFor(host, this.config.haproxy?.server ?? '%n'), signal)
    await this.nginx?.takeOut(nameFor(host, this.config.nginx?.server ?? '%h'), signal)
    await this.command(this.config.block, host, signal)
  }

  /** Errors: as block. */
  async allow(host: GroupHost, signal: AbortSignal): Promise<void> {
    await this.haproxy?.putBack(nameFor(host, this.config.haproxy?.server ?? '%n'), signal)
    await this.nginx?.putBack(nameFor(host, this.config.nginx?.server ?? '%h'), signal)
    await this.command(this.config.allow, host, signal)
  }

  private async command(command: string | undefined, host: GroupHost, signal: AbortSignal): Promise<void> {
    if (command === undefined) return
    const env = { ...process.env, HOST: addressOf(host), HOST_NAME: host.id }
    const timeout = (this.config.timeout ?? 60) * 1000
    await promisify(execFile)('/bin/sh', ['-c', command], { env, timeout, signal })
  }
}

/** The host in the balancer: `%n` is its name in the inventory, `%h` its name or address. */
function nameFor(host: GroupHost, pattern: string): string {
  return pattern.replace(/%([hn])/g, (_, letter) => (letter === 'h' ? addressOf(host) : host.id))
}

function addressOf({ target }: GroupHost): string {
  return target === 'local' ? 'localhost' : target.host
}
