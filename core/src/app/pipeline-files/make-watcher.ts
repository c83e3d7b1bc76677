import { join } from 'node:path'
import type { Clock } from '../../domain/clock.js'
import { defined } from '../../domain/defined.js'
import type { Logger } from '../../host/plugin.js'
import { everyMs, type PeriodicTask } from '../../scheduler/coordinator.js'
import type { Config } from '../config.js'
import type { Server } from '../make-server.js'
import { systemPrincipal } from '../system-principal.js'
import { PipelineRepository } from './repository.js'
import { PipelineWatcher } from './watcher.js'

/** How often the files are looked at, and how often a repository of them is asked, milliseconds. */
const [lookMs, askMs] = [2_000, 60_000]

/** The pipeline files of a configuration, and what looks after them while the server runs. */
export interface PipelineFiles {
  readonly watcher: PipelineWatcher
  /** Fetches, where there is a repository, and applies. */
  reload(): ReturnType<PipelineWatcher['apply']>
  /** What is wrong, for people. */
  problems(): readonly string[]
  readonly tasks: readonly PeriodicTask[]
}

/** Errors: GitError `bad-url`, for an address that cannot be. */
export function makePipelineFiles(
  config: Config,
  { operations, meta, reserved }: Pick<Server, 'operations' | 'meta' | 'reserved'>,
  { clock, log }: { readonly clock: Clock; readonly log: Logger },
): PipelineFiles {
  const { pipelinesGit, pipelines, dataDir, pipelinesNamed } = config
  const repository =
    pipelinesGit && new PipelineRepository(pipelinesGit, join(dataDir, 'pipelines-git'), { clock, log })
  const watcher = new PipelineWatcher({
    clock,
    log,
    folder: async () => (repository ? repository.folder() : { path: pipelines }),
    apply: {
      operationsFor: (detail) => operations.for(systemPrincipal(config.server.accountId), { detail }),
      meta,
      required: pipelinesNamed,
    },
    reserve: (name, file) => reserved.reserve(name, file),
  })
  const refresh = async (signal: AbortSignal) => repository?.refresh(signal)
  return {
    watcher,
    reload: async () => {
      await refresh(AbortSignal.timeout(askMs))
      return watcher.apply()
    },
    problems: () => [...watcher.problems(), ...Object.values(defined({ trouble: repository?.trouble() }))],
    tasks: [
      { name: 'pipeline-files', next: everyMs(lookMs), limit: 60_000, local: true, run: () => watcher.look() },
      ...(repository
        ? [{ name: 'pipeline-repository', next: everyMs(askMs), limit: 6 * 60_000, local: true, run: refresh }]
        : []),
    ],
  }
}
