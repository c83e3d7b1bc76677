import type { Clock } from '../domain/clock.js'
import { everyMs, type PeriodicTask } from './coordinator.js'

const day = 24 * 60 * 60_000
/** Executions forgotten in one transaction. */
const batch = 20

export interface RetentionParts {
  readonly clock: Clock
  readonly historyDays: number
  readonly auditDays: number
  /** Removes the logs and artifacts of the executions that forgetHistory will forget; to be repeated after a crash. */
  removeFiles(before: number, limit: number): Promise<void>
  /** Forgets up to `limit` ended executions older than `before`; answers how many. */
  forgetHistory(before: number, limit: number): Promise<number>
  forgetAudit(before: number): Promise<void>
  forgetSessions(now: number): Promise<void>
}

/** Once an hour, on one server: history, audit log and sessions that are too old to keep (X11). */
export function retention(parts: RetentionParts): PeriodicTask {
  return {
    name: 'retention',
    next: everyMs(60 * 60_000),
    limit: 10 * 60_000,
    async run(signal) {
      const now = parts.clock.now()
      await parts.forgetSessions(now)
      await parts.forgetAudit(now - parts.auditDays * day)
      const before = now - parts.historyDays * day
      for (let forgotten = batch; forgotten === batch && !signal.aborted; ) {
        await parts.removeFiles(before, batch) // first: what the database has forgotten nobody would find again
        forgotten = await parts.forgetHistory(before, batch)
      }
    },
  }
}
