/** Keeps requests away from a host while it is deployed to: by HAProxy's runtime API, or by commands on this machine. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { Clock } from '@penstock/core'
import type { GroupHost } from '../group/deployment-group.js'
import { Haproxy, type HaproxyConfig } from './haproxy.js'

/** Either HAProxy, or commands for any other balancer, such as nginx with an include file and a reload. */
export interface TrafficConfig {
  readonly haproxy?: HaproxyConfig
  /** Run by /bin/sh on the server with HOST and HOST_NAME in their environment. */
  readonly block?: string
  readonly allow?: string
  /** Seconds for a command; 60 when absent. */
  readonly timeout?: number
}

export class Traffic {
  private readonly haproxy: Haproxy | undefined

  constructor(
    private readonly config: TrafficConfig,
    clock: Clock,
  ) {
    this.haproxy = config.haproxy === undefined ? undefined : new Haproxy(config.haproxy, clock)
  }

  /** Errors: with what the balancer said. */
  async block(host: GroupHost, signal: AbortSignal): Promise<void> {
    await this.haproxy?.takeOut(this.serverOf(host), signal)
    await this.command(this.config.block, host, signal)
  }

  /** Errors: as block. */
  async allow(host: GroupHost, signal: AbortSignal): Promise<void> {
    await this.haproxy?.putBack(this.serverOf(host), signal)
    await this.command(this.config.allow, host, signal)
  }

  private serverOf(host: GroupHost): string {
    const address = addressOf(host)
    return (this.config.haproxy?.server ?? '%n').replace(/%([hn])/g, (_, letter) =>
      letter === 'h' ? address : host.id,
    )
  }

  private async command(command: string | undefined, host: GroupHost, signal: AbortSignal): Promise<void> {
    if (command === undefined) return
    const env = { ...process.env, HOST: addressOf(host), HOST_NAME: host.id }
    const timeout = (this.config.timeout ?? 60) * 1000
    await promisify(execFile)('/bin/sh', ['-c', command], { env, timeout, signal })
  }
}

function addressOf({ target }: GroupHost): string {
  return target === 'local' ? 'localhost' : target.host
}
