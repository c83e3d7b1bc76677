/** What the worker inside the server is made of. */
import type { InjectionToken } from 'tsyringe'
import { onlyTypes } from '../worker/action-type-filter.js'
import { StoredArtifacts } from '../worker/artifact-access.js'
import { providersOf } from '../worker/provider-lookup.js'
import { Worker } from '../worker/worker.js'
import { createJobApi } from './job-api.js'
import { localClient } from './local-client.js'
import { secretsOf } from './source-parts.js'
import { tokens } from './tokens.js'
import { workerId } from './worker-id.js'

type Get = <T>(token: InjectionToken<T>) => T

export function createWorker(get: Get): Worker {
  const { dataDir, worker } = get(tokens.config)
  const id = workerId(dataDir)
  const clock = get(tokens.clock)
  const { read, onSignal } = get(tokens.engine).store
  return new Worker({
    workerId: id,
    client: localClient(get(tokens.localJobs), id),
    providers: onlyTypes(providersOf(get(tokens.registry)), worker.actionTypes),
    dataFolder: dataDir,
    logs: get(tokens.logs),
    artifacts: new StoredArtifacts(get(tokens.artifacts)),
    clock,
    log: get(tokens.log),
    secrets: secretsOf(get),
    concurrency: worker.concurrency,
    beforeAction: (event) => get(tokens.hooks).beforeAction.promise(event),
    jobApi: createJobApi({
      clock,
      identity: get(tokens.identity),
      access: get(tokens.access),
      reads: read,
      onSignal,
      available: () =>
        get(tokens.host)
          .list()
          .some(({ name, state }) => name === 'aws-api' && state === 'started'),
    }),
  })
}
