/** Who asks for the end of a deployment need not know which server runs it: the request lies where that one looks. */
import { type Clock, JobFailed, type PluginState } from '@penstock/core'
import { entries } from './deployment-store.js'

/** Milliseconds between two looks of a server that runs something. */
const LOOK = 2000

interface StopRequest {
  readonly by: string
}

/** A deployment that runs here. */
export interface Watched {
  /** Aborted once its end is asked for, at whichever server. Its reason is a JobFailed. */
  readonly signal: AbortSignal
  /** It is over. */
  end(): void
}

export class StopRequests {
  private readonly watched = new Map<string, Set<AbortController>>()
  private cancel: (() => void) | undefined

  constructor(
    private readonly state: PluginState,
    private readonly clock: Clock,
  ) {}

  /** Begins with a look: somebody may have asked while nobody ran it. */
  watch(deploymentId: string): Watched {
    const controller = new AbortController()
    const all = this.watched.get(deploymentId) ?? new Set()
    this.watched.set(deploymentId, all.add(controller))
    if (this.cancel === undefined) void this.look()
    return { signal: controller.signal, end: () => this.end(deploymentId, controller) }
  }

  /** Ends it at once where it runs here; else the server that runs it, or takes it up, finds the request. */
  async ask(deploymentId: string, by: string): Promise<void> {
    if (this.watched.has(deploymentId)) this.abort(deploymentId, { by })
    else await this.state.put(keyOf(deploymentId), { by })
  }

  private end(deploymentId: string, controller: AbortController): void {
    const all = this.watched.get(deploymentId)
    all?.delete(controller)
    if (all?.size !== 0) return
    this.watched.delete(deploymentId)
    if (this.watched.size > 0) return
    this.cancel?.()
    this.cancel = undefined
  }

  private async look(): Promise<void> {
    this.cancel = this.clock.after(LOOK, () => void this.look())
    // A database that is away is asked again with the next look.
    for (const { key, value } of await entries(this.state, keyOf('')).catch(() => [])) {
      const deploymentId = key.slice(keyOf('').length)
      if (!this.watched.has(deploymentId)) continue
      this.abort(deploymentId, value as StopRequest)
      await this.state.delete(key).catch(() => undefined)
    }
  }

  private abort(deploymentId: string, { by }: StopRequest): void {
    const reason = new JobFailed(`the deployment was stopped by ${by}`)
    for (const controller of this.watched.get(deploymentId) ?? []) controller.abort(reason)
  }
}

function keyOf(deploymentId: string): string {
  return `stops/${deploymentId}`
}
