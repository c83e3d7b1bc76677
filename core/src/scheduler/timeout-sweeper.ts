import type { Clock } from '../domain/clock.js'
import { everyMs, type PeriodicTask } from './coordinator.js'

/** Lets the engine end what is overdue: actions past their deadline, jobs whose worker is gone. Safe on several servers at once. */
export function timeoutSweeper(clock: Clock, sweep: (now: number) => Promise<unknown>): PeriodicTask {
  return {
    name: 'timeout-sweep',
    next: everyMs(2_000),
    limit: 60_000,
    local: true,
    run: async () => {
      await sweep(clock.now())
    },
  }
}
