import { untilAborted } from '../shell/until-aborted.js'

/** One deployment of a group at a time, as CodeDeploy's limit is; later ones wait for their turn. */
export class GroupLocks {
  private readonly last = new Map<string, Promise<void>>()

  /** Runs `work` once earlier work on the group is over. Rejects with the signal's reason when stopped while waiting. */
  async run<T>(groupId: string, signal: AbortSignal, onWait: () => void, work: () => Promise<T>): Promise<T> {
    const before = this.last.get(groupId)
    let release = () => {}
    const mine = new Promise<void>((resolve) => {
      release = resolve
    })
    const end = (before ?? Promise.resolve()).then(() => mine)
    this.last.set(groupId, end)
    try {
      if (before !== undefined) {
        onWait()
        await untilAborted(before, signal)
      }
      return await work()
    } finally {
      release()
      if (this.last.get(groupId) === end) this.last.delete(groupId)
    }
  }
}
