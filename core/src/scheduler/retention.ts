import type { Clock } from '../domain/clock.js'
import { everyMs, type PeriodicTask } from './coordinator.js'
import type { PipelineLimits } from './retention-limits.js'

const day = 24 * 60 * 60_000
/** Executions forgotten in one transaction. */
const batch = 20

export interface RetentionParts {
  readonly clock: Clock
  readonly historyDays: number
  readonly auditDays: number
  /** Those with history, deleted ones as well. */
  pipelines(): Promise<readonly string[]>
  limitsOf(pipelineName: string): PipelineLimits
  /** Up to `limit` executions that may go, the oldest first; never one that lives or was last good. */
  beyondLimits(
    pipelineName: string,
    limits: { readonly before: number; readonly keep?: number },
    limit: number,
  ): Promise<readonly string[]>
  /** Removes their logs and artifacts, and then the executions; may be repeated after a crash. Answers how many. */
  forget(executionIds: readonly string[]): Promise<number>
  forgetJobs(before: number): Promise<void>
  forgetAudit(before: number): Promise<void>
  forgetSessions(now: number): Promise<void>
}

/** Once an hour, on one server: history, audit log and sessions that are too old or too many to keep (X11). */
export function retention(parts: RetentionParts): PeriodicTask {
  return {
    name: 'retention',
    next: everyMs(60 * 60_000),
    limit: 10 * 60_000,
    async run(signal) {
      const now = parts.clock.now()
      await parts.forgetSessions(now)
      await parts.forgetAudit(now - parts.auditDays * day)
      await parts.forgetJobs(now - parts.historyDays * day)
      for (const name of await parts.pipelines()) if (!signal.aborted) await forgetPipeline(parts, name, now, signal)
    },
  }
}

async function forgetPipeline(parts: RetentionParts, name: string, now: number, signal: AbortSignal): Promise<void> {
  const { historyDays, executions } = parts.limitsOf(name)
  const limits = { before: now - historyDays * day, ...(executions === undefined ? {} : { keep: executions }) }
  while (!signal.aborted) {
    const old = await parts.beyondLimits(name, limits, batch)
    // None of them may be forgotten while it lives: then the same would be found for ever.
    if (old.length === 0 || (await parts.forget(old)) === 0) return
  }
}
