/** One deployment of a group at a time, as CodeDeploy's limit is, at all servers together; later ones wait for their turn. */
import { hostname } from 'node:os'
import type { Clock, PluginState } from '@penstock/core'
import { untilAborted } from '../shell/until-aborted.js'
import { GroupLease, isHeldBy } from './group-lease.js'

export interface Turn {
  /** The same for the same deployment after a restart. */
  readonly holder: string
  /** For who waits: `app/Deploy/Servers`, a person. */
  readonly by: string
  readonly clock: Clock
  readonly signal: AbortSignal
  /** Told what is waited for, in words. */
  readonly onWait: (words: string) => void
}

export class GroupLocks {
  private readonly last = new Map<string, Promise<void>>()

  constructor(private readonly state: PluginState) {}

  /**
   * Runs `work` once earlier work on the group is over, here and elsewhere; `lost` is aborted when another server took the
   * group's lock, because this one was silent for too long. Rejects with the signal's reason when stopped while waiting.
   */
  async run<T>(group: string, turn: Turn, work: (lost: AbortSignal) => Promise<T>): Promise<T> {
    const { signal, onWait, holder } = turn
    // Whose turn it was before a restart need not queue again: those before it wait for it.
    if (await isHeldBy(this.state, group, holder)) return this.holding(group, turn, work)
    const before = this.last.get(group)
    let release = () => {}
    const mine = new Promise<void>((resolve) => {
      release = resolve
    })
    const end = (before ?? Promise.resolve()).then(() => mine)
    this.last.set(group, end)
    try {
      if (before !== undefined) {
        onWait('Another deployment of this group is in progress: waiting for it')
        await untilAborted(before, signal)
      }
      return await this.holding(group, turn, work)
    } finally {
      release()
      if (this.last.get(group) === end) this.last.delete(group)
    }
  }

  private async holding<T>(group: string, turn: Turn, work: (lost: AbortSignal) => Promise<T>): Promise<T> {
    const lease = await GroupLease.take(this.state, group, {
      ...turn,
      by: `${turn.by} at ${hostname()}`,
      onWait: ({ by }) => turn.onWait(`Another deployment of this group is in progress, by ${by}: waiting for it`),
    })
    try {
      return await work(lease.lost)
    } finally {
      await lease.release()
    }
  }
}
