import { statfs } from 'node:fs/promises'
import type { Clock } from '../domain/clock.js'
import { defined } from '../domain/defined.js'
import { isLive } from '../domain/execution.js'
import { type ArtifactLimitParts, artifactLimit, beyondSize } from '../scheduler/artifact-limit.js'
import { diskSpace } from '../scheduler/disk-space.js'
import { retention } from '../scheduler/retention.js'
import { limitsByName } from '../scheduler/retention-limits.js'
import { beyondLimits, endedByAge, historyOf, newestFirst, pipelinesWithHistory } from '../store/old-history.js'
import { protectedExecutions } from '../store/protected-executions.js'
import { parseSize } from '../worker/sandbox/limits.js'
import type { Config } from './config.js'
import type { Server } from './make-server.js'
import type { PeriodicParts } from './periodic.js'

const day = 24 * 60 * 60_000

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
  coordinator.every(
    artifactLimit({
      ...artifactSizes(parts, config),
      removeArtifacts: (ids) => removeArtifacts(parts, ids),
      log,
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

/** Artifacts are looked at in their store: what was removed takes nothing. */
function artifactSizes({ database, services }: Server, { retention }: Pick<Config, 'retention'>): ArtifactLimitParts {
  const limitsOf = limitsByName(retention)
  return {
    pipelines: () => pipelinesWithHistory(database),
    limitOf(name) {
      const { artifacts } = limitsOf(name)
      return artifacts === undefined ? undefined : parseSize(artifacts)
    },
    newestFirst: (name, before, limit) => newestFirst(database, name, before, limit),
    protectedOf: (name) => protectedExecutions(database.db, name),
    async sizeOf(id) {
      const { artifacts } = await historyOf(database, [id])
      const found = await Promise.all(artifacts.map((location) => services.artifacts.head(location)))
      return found.reduce((sum, each) => sum + (each?.size ?? 0), 0)
    },
  }
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

/** Executions of one pipeline that went, or would go. */
export interface Pruned {
  readonly pipelineName: string
  readonly executionIds: readonly string[]
  /** Those that stay, without their artifacts. */
  readonly withoutArtifacts?: readonly string[]
}

/** What is to go: all that is beyond the limits, or one execution. */
export interface PruneRequest {
  readonly dryRun: boolean
  readonly pipelineName?: string
  readonly executionId?: string
}

/** So many executions of a pipeline at once. */
const most = 1_000

/** Does at once what the hourly task would do, or says what that is. Errors: an execution that is not there, or that lives. */
export async function prune(parts: Server, config: Config, clock: Clock, request: PruneRequest): Promise<Pruned[]> {
  const found =
    request.pipelineName === undefined ? await allBeyond(parts, config, clock) : [await oneOf(parts, request)]
  if (!request.dryRun)
    for (const { executionIds, withoutArtifacts = [] } of found) {
      await forget(parts, executionIds)
      await removeArtifacts(parts, withoutArtifacts)
    }
  return found
}

async function allBeyond(parts: Server, config: Config, clock: Clock): Promise<Pruned[]> {
  const { database } = parts
  const { retention } = config
  const sizes = artifactSizes(parts, config)
  const limitsOf = limitsByName(retention)
  const found: Pruned[] = []
  for (const pipelineName of await pipelinesWithHistory(database)) {
    const { historyDays, executions } = limitsOf(pipelineName)
    const limits = { before: clock.now() - historyDays * day, ...defined({ keep: executions }) }
    const executionIds = await beyondLimits(database, pipelineName, limits, most)
    const beyond = (await beyondSize(sizes, pipelineName)).filter((id) => !executionIds.includes(id))
    if (executionIds.length + beyond.length > 0)
      found.push({ pipelineName, executionIds, ...(beyond.length > 0 ? { withoutArtifacts: beyond } : {}) })
  }
  return found
}

/** Whole ids only: what is gone does not come back. */
async function oneOf({ engine }: Server, { pipelineName = '', executionId = '' }: PruneRequest): Promise<Pruned> {
  const execution = await engine.store.read.execution(executionId)
  if (execution?.pipelineName !== pipelineName)
    throw new Error(
      `${pipelineName} has no execution ${executionId}: penstock executions ${pipelineName} --json shows whole ids`,
    )
  if (isLive(execution.status)) throw new Error(`${executionId} is ${execution.status}: stop it first`)
  return { pipelineName, executionIds: [executionId] }
}
