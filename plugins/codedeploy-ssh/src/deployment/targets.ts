/** The state of every host of a deployment, told to the page and to ListDeployActionExecutionTargets as it changes. */
import { type DeployTarget, defined, type JobContext } from '@penstock/core'
import type { EventResult, HostStatus } from '../deploy/result.js'

/** A target whose status is one of ours. */
export type HostTarget = DeployTarget & { readonly status: HostStatus }

interface State {
  status: HostStatus
  startTime?: number
  endTime?: number
  readonly events: Map<string, EventResult>
}

export class Targets {
  private readonly states = new Map<string, State>()
  private cancel: (() => void) | undefined

  constructor(
    private readonly ctx: Pick<JobContext, 'clock' | 'targets'>,
    hosts: readonly string[],
    events: readonly string[],
    /** Told of each host that changed. */
    private readonly onHost: (target: HostTarget) => void = () => undefined,
  ) {
    for (const host of hosts) {
      this.states.set(host, {
        status: 'Pending',
        events: new Map(events.map((name) => [name, { name, status: 'Pending' }])),
      })
    }
  }

  status(host: string, status: HostStatus): void {
    const state = this.states.get(host)
    if (state === undefined || state.status === status) return
    state.status = status
    const now = this.ctx.clock.now()
    if (status === 'InProgress') state.startTime ??= now
    else if (status !== 'Pending') state.endTime = now
    if (status === 'Failed' || status === 'Skipped') this.skipPending(state)
    this.onHost(shown(host, state))
    this.soon()
  }

  event(host: string, event: EventResult): void {
    const state = this.states.get(host)
    if (state === undefined) return
    state.events.set(event.name, event)
    this.onHost(shown(host, state))
    this.soon()
  }

  /** Tells now. */
  async flush(): Promise<void> {
    this.cancel?.()
    this.cancel = undefined
    await this.ctx.targets?.(this.list())
  }

  list(): DeployTarget[] {
    return [...this.states].map(([host, state]) => shown(host, state))
  }

  private skipPending(state: State): void {
    for (const [name, event] of state.events) {
      if (event.status === 'Pending') state.events.set(name, { ...event, status: 'Skipped' })
    }
  }

  /** Many events come at once: four times a second is enough for anybody. */
  private soon(): void {
    this.cancel ??= this.ctx.clock.after(250, () => {
      this.cancel = undefined
      void this.ctx.targets?.(this.list())
    })
  }
}

function shown(targetId: string, { status, startTime, endTime, events }: State): HostTarget {
  return {
    targetId,
    targetType: 'SSH',
    status,
    ...defined({ startTime, endTime }),
    events: [...events.values()].map((event) => ({
      name: event.name,
      status: event.status,
      ...defined({ startTime: event.startTime, endTime: event.endTime }),
      ...(event.diagnostics === undefined
        ? {}
        : { message: `${event.diagnostics.errorCode}: ${event.diagnostics.message}` }),
    })),
  }
}
