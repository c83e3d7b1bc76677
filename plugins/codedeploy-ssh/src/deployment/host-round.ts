/** One host's turn: out of the balancer, deployed to, found healthy, and back in. */
import type { Clock } from '@penstock/core'
import type { EventResult, HostResult } from '../deploy/result.js'
import type { GroupHost } from '../group/deployment-group.js'
import type { HealthCheck } from '../health/check.js'
import { untilHealthy } from '../health/until-healthy.js'
import type { Shell } from '../shell/shell.js'
import type { Traffic } from '../traffic/traffic.js'

export interface HostRoundOptions {
  readonly host: GroupHost
  readonly traffic: Traffic | undefined
  readonly checks: readonly HealthCheck[]
  readonly clock: Clock
  readonly signal: AbortSignal
  /** For checks that run on the host. */
  readonly open: () => Promise<Shell>
  readonly onEvent: (event: EventResult) => void
  readonly onNote: (message: string) => void
}

/** Events that are the server's own work, around those of the host. */
export function ownEvents(options: { readonly traffic: boolean; readonly checks: boolean }): {
  readonly before: readonly string[]
  readonly after: readonly string[]
} {
  return {
    before: options.traffic ? ['BlockTraffic'] : [],
    after: [...(options.checks ? ['HealthCheck'] : []), ...(options.traffic ? ['AllowTraffic'] : [])],
  }
}

export class HostRound {
  private readonly events: EventResult[] = []
  private shell: Promise<Shell> | undefined

  constructor(private readonly options: HostRoundOptions) {}

  /** `deploy` is what happens on the host. Never rejects but for a defect of ours. */
  async run(deploy: () => Promise<HostResult>): Promise<HostResult> {
    const { traffic, host, checks, signal } = this.options
    try {
      if (traffic !== undefined && !(await this.event('BlockTraffic', () => traffic.block(host, signal)))) {
        await traffic.allow(host, signal).catch(() => undefined) // It may be half out.
        return this.failed([])
      }
      const result = await deploy()
      if (result.status !== 'Succeeded') return this.stayOut(result)
      if (checks.length > 0 && !(await this.event('HealthCheck', () => this.check())))
        return this.stayOut(this.failed(result.events))
      if (traffic !== undefined && !(await this.event('AllowTraffic', () => traffic.allow(host, signal))))
        return this.failed(result.events)
      return { ...result, events: [...result.events, ...this.events] }
    } finally {
      await this.shell?.then((shell) => shell.close()).catch(() => undefined)
    }
  }

  private async check(): Promise<void> {
    const { host, checks, clock, signal, open } = this.options
    const shell = () => {
      this.shell ??= open()
      return this.shell
    }
    const problem = await untilHealthy(host, checks, { clock, signal, shell })
    if (problem !== undefined) throw new Error(problem)
  }

  /** True when it went well. */
  private async event(name: string, work: () => Promise<void>): Promise<boolean> {
    const { clock, onEvent } = this.options
    const startTime = clock.now()
    onEvent({ name, status: 'InProgress', startTime })
    try {
      await work()
      const done: EventResult = { name, status: 'Succeeded', startTime, endTime: clock.now() }
      this.events.push(done)
      onEvent(done)
      return true
    } catch (error) {
      const { message } = error as Error
      const diagnostics = { errorCode: 'UnknownError', scriptName: '', message, logTail: '' } as const
      const failed: EventResult = { name, status: 'Failed', startTime, endTime: clock.now(), diagnostics }
      this.events.push(failed)
      onEvent(failed)
      return false
    }
  }

  private failed(before: HostResult['events']): HostResult {
    const last = this.events.at(-1)
    return {
      status: 'Failed',
      stopped: this.options.signal.aborted,
      events: [...before, ...this.events],
      message: `${last?.name}: ${last?.diagnostics?.message}`,
    }
  }

  private stayOut(result: HostResult): HostResult {
    if (this.options.traffic !== undefined)
      this.options.onNote('stays out of the balancer, for it was not deployed to with success')
    return result
  }
}
