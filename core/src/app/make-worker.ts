/** What a worker on a machine of its own is made of: plugins and the job loop. It has no engine, no database, no identity. */

import { join } from 'node:path'
import type { Clock } from '../domain/clock.js'
import { defined } from '../domain/defined.js'
import type { Logger } from '../host/plugin.js'
import type { PluginHostParts } from '../host/plugin-host.js'
import { servicesElsewhere } from '../host/services-elsewhere.js'
import { onlyTypes } from '../worker/action-type-filter.js'
import { BucketArtifacts } from '../worker/bucket-artifacts.js'
import type { HttpJobClient } from '../worker/http-job-client.js'
import { httpState } from '../worker/http-state.js'
import { providersOf } from '../worker/provider-lookup.js'
import { ShippedLogs } from '../worker/shipped-logs.js'
import { Worker } from '../worker/worker.js'
import type { Config } from './config.js'
import { version } from './identity.js'
import { createIsolation, createPluginSandbox } from './isolation.js'
import { makePlugins } from './make-plugins.js'
import { Secrets } from './secrets.js'

/** What has to be there before a worker can be. */
export interface WorkerGiven {
  readonly config: Config
  readonly clock: Clock
  readonly log: Logger
  readonly pluginLog: (plugin: string) => Logger
  /** The server's queue. */
  readonly client: HttpJobClient
  /** `https://penstock.example.com`. */
  readonly endpoint: string
  readonly references: PluginHostParts['references']
}

/** Makes all of it and starts none. */
export function makeWorker(given: WorkerGiven) {
  const { config, clock, log, client, endpoint } = given
  const { dataDir } = config
  const off = new Set<string>()
  const identity = { region: config.server.region, publicUrl: endpoint, version, dataFolder: dataDir }
  const services = servicesElsewhere('on a worker', { clock, identity })
  const plugins = makePlugins({
    references: given.references,
    clock,
    // Which plugins a worker runs, its penstock.yaml says: a server's switches are for that server.
    states: {
      disabled: async () => off,
      setEnabled: async (name, enabled) => void (enabled ? off.delete(name) : off.add(name)),
    },
    dataFolder: join(dataDir, 'plugin-data'),
    log: given.pluginLog,
    services: () => services,
    state: (plugin) => httpState(client, plugin),
    secret: () => (name) => lookup(name),
    at: 'worker',
    sandbox: createPluginSandbox(config),
  })
  const { lookup } = new Secrets(config, plugins.registry)
  const logs = new ShippedLogs({
    dataFolder: dataDir,
    sink: { append: client.appendLog.bind(client), finish: client.finishLog.bind(client) },
    jobOf: (id) => client.jobOf(id),
    clock,
    log,
  })
  const isolation = createIsolation(config)
  const worker = new Worker({
    workerId: client.workerName,
    client,
    providers: onlyTypes(providersOf(plugins.registry), config.worker.actionTypes),
    dataFolder: dataDir,
    logs,
    artifactsOf: ({ id, fence }) =>
      new BucketArtifacts({ http: client.api.http, clock, access: () => client.access({ jobId: id, fence }) }),
    clock,
    log,
    // This machine's own first: a key that is good here only need not lie on the server.
    secretsOf:
      ({ id, fence }) =>
      async (name) =>
        (await lookup(name)) ?? client.secret({ jobId: id, fence }, name),
    isolation,
    concurrency: config.worker.concurrency,
    ...defined({ slots: config.worker.slots }),
    beforeAction: (event) => plugins.hooks.beforeAction.promise(event),
    jobApi: (job) => client.jobApi(job),
  })
  return { ...plugins, worker, logs, isolation }
}
