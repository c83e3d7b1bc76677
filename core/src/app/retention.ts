import { statfs } from 'node:fs/promises'
import { diskSpace } from '../scheduler/disk-space.js'
import { retention } from '../scheduler/retention.js'
import { limitsByName } from '../scheduler/retention-limits.js'
import { beyondLimits, endedByAge, historyOf, pipelinesWithHistory } from '../store/old-history.js'
import { protectedExecutions } from '../store/protected-executions.js'
import { parseSize } from '../worker/sandbox/limits.js'
import type { Server } from './make-server.js'
import type { PeriodicParts } from './periodic.js'

/** What takes old history away: each hour by the configured limits, each minute when the disk fills up. */
export function addRetention(parts: Server, { clock, log, config }: PeriodicParts): void {
  const { coordinator, database, engine, auditStore, accessStore } = parts
  coordinator.every(
    retention({
      clock,
      historyDays: config.retention.historyDays,
      auditDays: config.retention.auditDays,
      limitsOf: limitsByName(config.retention),
      pipelines: () => pipelinesWithHistory(database),
      beyondLimits: (name, limits, limit) => beyondLimits(database, name, limits, limit),
      forget: (ids) => forget(parts, ids),
      forgetJobs: (before) => engine.store.forgetJobs(before),
      forgetAudit: (before) => auditStore.deleteBefore(before),
      forgetSessions: (now) => accessStore.deleteExpiredSessions(now),
    }),
  )
  const least = config.retention.freeSpace === 'none' ? undefined : parseSize(config.retention.freeSpace)
  if (least === undefined || config.artifacts.store !== 'folder') return
  coordinator.every(
    diskSpace({
      least,
      log,
      free: () => freeBytes(config.dataDir),
      endedByAge: (after, limit) => endedByAge(database, after, limit),
      protectedOf: (name) => protectedExecutions(database.db, name),
      removeArtifacts: (ids) => removeArtifacts(parts, ids),
    }),
  )
}

/** What ordinary users may still write. */
async function freeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder)
  return bavail * bsize
}

/** Files first: what the database has forgotten nobody would find again. */
async function forget(parts: Server, executionIds: readonly string[]): Promise<number> {
  const { actionExecutionIds, artifacts } = await historyOf(parts.database, executionIds)
  for (const location of artifacts) await parts.services.artifacts.delete(location)
  await parts.logs.forget(actionExecutionIds)
  return parts.engine.store.forgetExecutions(executionIds)
}

async function removeArtifacts({ database, services }: Server, executionIds: readonly string[]): Promise<number> {
  const { artifacts } = await historyOf(database, executionIds)
  let removed = 0
  for (const location of artifacts) {
    if ((await services.artifacts.head(location)) === undefined) continue
    await services.artifacts.delete(location)
    removed++
  }
  return removed
}
