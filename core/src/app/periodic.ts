import type { Clock } from '../domain/clock.js'
import { reason } from '../host/contain.js'
import type { Logger } from '../host/plugin.js'
import { everyMs } from '../scheduler/coordinator.js'
import { backupTask } from './backups.js'
import type { Config } from './config.js'
import type { Server } from './make-server.js'
import { addRetention } from './retention.js'
import { sealTask } from './seal-task.js'

export interface PeriodicParts {
  readonly clock: Clock
  readonly log: Logger
  readonly config: Config
}

/** Everything that the coordinator does from time to time. */
export function addPeriodicTasks(parts: Server, { clock, log, config }: PeriodicParts): void {
  const { coordinator, watch, outbox } = parts
  const local = { limit: 60_000, local: true }
  coordinator.every({ name: 'source-polls', next: everyMs(1_000), ...local, run: () => pollSources(parts) })
  // Signals say which pipelines changed; this finds what was there before the start, and what a lost signal missed.
  void watch.refreshAll().catch((error) => log.warn('sources could not be listed', { error: reason(error) }))
  coordinator.every({
    name: 'source-list',
    next: everyMs(600_000),
    limit: 300_000,
    local: true,
    run: () => watch.refreshAll(),
  })
  coordinator.every({
    name: 'remote-logs',
    next: everyMs(60_000),
    ...local,
    run: async () => void (await parts.remoteLogs.sweep()),
  })
  // What a command wrote straight into the database, where no signal comes from.
  coordinator.every({ name: 'action-types', next: everyMs(5_000), ...local, run: () => parts.catalogue.load() })
  coordinator.every({ name: 'outbox', next: everyMs(5_000), ...local, run: async () => outbox.wake() })
  coordinator.every({ name: 'deliveries', next: everyMs(5_000), ...local, run: async () => parts.courier.wake() })
  coordinator.every({
    name: 'old-deliveries',
    next: everyMs(60 * 60_000),
    limit: 10 * 60_000,
    run: () => parts.deliveries.forget(clock.now() - config.deliveries.keepDays * 24 * 60 * 60_000),
  })
  coordinator.every({
    name: 'plugin-blobs',
    next: everyMs(60 * 60_000),
    limit: 30 * 60_000,
    run: () => parts.state.sweep(),
  })
  coordinator.every(sealTask({ ...parts, clock, log }))
  const backups = backupTask({ clock, log, config })
  if (backups) coordinator.every(backups)
  addRetention(parts, { clock, log, config })
}

async function pollSources({ watch, poller }: Server): Promise<void> {
  await watch.refreshChanged()
  await poller.startDue()
}
