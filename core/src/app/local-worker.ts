/** The worker inside the server. */
import { defined } from '../domain/defined.js'
import type { Engine } from '../engine/engine.js'
import type { LocalJobs } from '../engine/local-jobs.js'
import type { AccessService } from '../host/services.js'
import { onlyTypes } from '../worker/action-type-filter.js'
import { StoredArtifacts } from '../worker/artifact-access.js'
import type { ActionLogs } from '../worker/log-service.js'
import { providersOf } from '../worker/provider-lookup.js'
import type { WorkerIsolation } from '../worker/sandbox/worker-isolation.js'
import { Worker } from '../worker/worker.js'
import { createJobApi } from './job-api.js'
import { localClient } from './local-client.js'
import type { Plugins } from './make-plugins.js'
import type { ServerGiven } from './server-given.js'
import type { ServerSecrets } from './server-secrets.js'
import { workerId } from './worker-id.js'

export interface LocalWorkerOptions extends Plugins {
  readonly engine: Pick<Engine, 'store'>
  readonly access: Pick<AccessService, 'jobCredentials'>
  readonly localJobs: LocalJobs
  readonly logs: ActionLogs
  readonly secrets: ServerSecrets
  readonly isolation: WorkerIsolation
}

export function createWorker(
  { config, clock, log, identity, artifacts }: ServerGiven,
  { engine, access, localJobs, logs, secrets, isolation, hooks, registry, host }: LocalWorkerOptions,
): Worker {
  const { dataDir, worker } = config
  const stored = new StoredArtifacts(artifacts)
  const id = workerId(dataDir)
  const { read, onSignal } = engine.store
  return new Worker({
    workerId: id,
    client: localClient(localJobs, id),
    providers: onlyTypes(providersOf(registry), worker.actionTypes),
    dataFolder: dataDir,
    logs,
    artifactsOf: () => stored,
    clock,
    log,
    secretsOf: ({ data }) => secrets.at(data),
    isolation,
    concurrency: worker.concurrency,
    ...defined({ slots: worker.slots }),
    beforeAction: (event) => hooks.beforeAction.promise(event),
    jobApi: createJobApi({
      clock,
      identity,
      access,
      reads: read,
      onSignal,
      available: () => host.list().some(({ name, state }) => name === 'aws-api' && state === 'started'),
    }),
  })
}
