/** How much a pipeline's artifacts may take: beyond it the oldest go, and what else is known of their executions stays. */
import type { Logger } from '../host/plugin.js'
import { everyMs, type PeriodicTask } from './coordinator.js'

/** Executions looked at at once. */
const batch = 50

export interface ArtifactLimitParts {
  pipelines(): Promise<readonly string[]>
  /** Bytes; `undefined` where nobody set a limit. */
  limitOf(pipelineName: string): number | undefined
  /** A pipeline's executions before a number, the newest first. */
  newestFirst(pipelineName: string, before: number, limit: number): Promise<readonly NumberedExecution[]>
  /** Those whose artifacts stay whatever happens; what lives is not among them, and stays, too. */
  protectedOf(pipelineName: string): Promise<ReadonlySet<string>>
  /** What an execution's artifacts take now, bytes. */
  sizeOf(executionId: string): Promise<number>
}

export interface NumberedExecution {
  readonly id: string
  readonly number: number
  readonly live: boolean
}

/** Executions whose artifacts are beyond the limit, the newest of them first. Those that stay whatever happens count, too. */
export async function beyondSize(
  parts: ArtifactLimitParts,
  pipelineName: string,
  signal?: AbortSignal,
): Promise<readonly string[]> {
  const limit = parts.limitOf(pipelineName)
  if (limit === undefined) return []
  const kept = await parts.protectedOf(pipelineName)
  const beyond: string[] = []
  let taken = 0
  for (let before = Number.MAX_SAFE_INTEGER; !signal?.aborted; ) {
    const some = await parts.newestFirst(pipelineName, before, batch)
    for (const { id, live } of some) {
      const size = await parts.sizeOf(id)
      taken += size
      if (size > 0 && taken > limit && !live && !kept.has(id)) beyond.push(id)
    }
    before = some.at(-1)?.number ?? before
    if (some.length < batch) break
  }
  return beyond
}

/** Once an hour, on one server. */
export function artifactLimit(
  parts: ArtifactLimitParts & {
    removeArtifacts(executionIds: readonly string[]): Promise<number>
    readonly log: Pick<Logger, 'info'>
  },
): PeriodicTask {
  return {
    name: 'artifact-limit',
    next: everyMs(60 * 60_000),
    limit: 30 * 60_000,
    async run(signal) {
      for (const pipelineName of await parts.pipelines()) {
        if (signal.aborted) return
        const beyond = await beyondSize(parts, pipelineName, signal)
        if (beyond.length === 0) continue
        const removed = await parts.removeArtifacts(beyond)
        parts.log.info('artifacts beyond their limit are removed, their history stays', { pipelineName, removed })
      }
    },
  }
}
