import type { Logger } from '../host/plugin.js'
import { everyMs, type PeriodicTask } from './coordinator.js'

/** Executions whose artifacts are looked at at once. */
const batch = 50
/** So much more than the least is made free: a build must not have it filled up again at once. */
const margin = 1.25

export interface EndedExecution {
  readonly id: string
  readonly pipelineName: string
  /** Epoch milliseconds. */
  readonly started: number
}

export interface DiskSpaceParts {
  /** Bytes that are to stay free. */
  readonly least: number
  /** Bytes that are free where artifacts are kept. */
  free(): Promise<number>
  /** Ended executions that began later, the oldest first. */
  endedByAge(after: number, limit: number): Promise<readonly EndedExecution[]>
  /** Executions of a pipeline whose artifacts stay whatever happens. */
  protectedOf(pipelineName: string): Promise<ReadonlySet<string>>
  /** Removes their artifacts, and keeps what else is known of them; answers how many objects there were. */
  removeArtifacts(executionIds: readonly string[]): Promise<number>
  readonly log: Pick<Logger, 'warn' | 'error'>
}

/** Each minute: when a disk fills up, the oldest artifacts go before anything is refused. */
export function diskSpace(parts: DiskSpaceParts): PeriodicTask {
  let told = false
  return {
    name: 'disk-space',
    next: everyMs(60_000),
    limit: 10 * 60_000,
    local: true,
    async run(signal) {
      const free = await parts.free()
      if (free >= parts.least) {
        told = false
        return
      }
      const removed = await removeOldest(parts, signal)
      const left = await parts.free()
      if (removed > 0)
        parts.log.warn('the disk was nearly full: old artifacts are removed, their history stays', {
          removed,
          freeBytes: left,
        })
      if (left < parts.least && !told)
        parts.log.error('the disk is nearly full, and no old artifact is left to remove', { freeBytes: left })
      told = left < parts.least
    },
  }
}

async function removeOldest(parts: DiskSpaceParts, signal: AbortSignal): Promise<number> {
  const kept = new Map<string, ReadonlySet<string>>()
  let removed = 0
  for (let after = Number.NEGATIVE_INFINITY; !signal.aborted; ) {
    const some = await parts.endedByAge(after, batch)
    for (const { pipelineName } of some)
      if (!kept.has(pipelineName)) kept.set(pipelineName, await parts.protectedOf(pipelineName))
    const may = some.filter(({ id, pipelineName }) => !kept.get(pipelineName)?.has(id))
    removed += await parts.removeArtifacts(may.map(({ id }) => id))
    after = some.at(-1)?.started ?? after
    if (some.length < batch || (await parts.free()) >= parts.least * margin) return removed
  }
  return removed
}
