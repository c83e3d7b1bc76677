import type { Clock } from '../domain/clock.js'
import { everyMs } from '../scheduler/coordinator.js'
import { retention } from '../scheduler/retention.js'
import { timeoutSweeper } from '../scheduler/timeout-sweeper.js'
import type { Config } from './config.js'
import type { Parts } from './container.js'

export interface PeriodicParts {
  readonly clock: Clock
  readonly retention: Config['retention']
  readonly sweep: (now: number) => Promise<unknown>
}

/** Everything that the coordinator does from time to time. */
export function addPeriodicTasks(parts: Parts, { clock, retention: keep, sweep }: PeriodicParts): void {
  const { coordinator, watch, poller, outbox, engine } = parts
  coordinator.every({
    name: 'source-polls',
    next: everyMs(1_000),
    limit: 60_000,
    local: true,
    run: () => pollSources(watch, poller),
  })
  // Signals say which pipelines changed; this finds what a lost one missed, and what was there before the start.
  void watch.refreshAll().catch(() => {}) // told of by the task below, if it keeps failing
  coordinator.every({
    name: 'source-list',
    next: everyMs(10 * 60_000),
    limit: 5 * 60_000,
    local: true,
    run: () => watch.refreshAll(),
  })
  coordinator.every(timeoutSweeper(clock, sweep))
  coordinator.every({
    name: 'outbox',
    next: everyMs(5_000),
    limit: 60_000,
    local: true,
    run: async () => outbox.wake(),
  })
  coordinator.every(
    retention({
      clock,
      ...keep,
      forgetHistory: (before, limit) => engine.store.forgetHistory(before, limit),
      forgetAudit: (before) => parts.auditStore.deleteBefore(before),
      forgetSessions: (now) => parts.accessStore.deleteExpiredSessions(now),
    }),
  )
}

async function pollSources(watch: Parts['watch'], poller: Parts['poller']): Promise<void> {
  await watch.refreshChanged()
  await poller.startDue()
}
