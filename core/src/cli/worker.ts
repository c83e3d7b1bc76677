import { resolve } from 'node:path'
import { runRemoteWorker } from '../app/worker-main.js'
import { defined } from '../domain/defined.js'
import { type EndpointOptions, endpointOf, keysOf, regionOf, trustedOf } from './endpoint.js'
import type { WhereOptions } from './main.js'

export interface WorkerOptions extends WhereOptions, EndpointOptions {
  readonly endpoint: string
  readonly name?: string
  readonly concurrency?: number
}

/** `penstock worker --endpoint URL`: returns when the worker stopped. Errors: CommandFailed naming the option. */
export async function worker(options: WorkerOptions): Promise<void> {
  const status = await runRemoteWorker({
    endpoint: endpointOf(options.endpoint),
    ...keysOf(options, 'PenstockWorkerAccess'),
    ...trustedOf(options),
    ...defined({ name: options.name, file: options.config }),
    overrides: {
      dataDir: resolve(options.data ?? process.env.PENSTOCK_DATA ?? '.penstock-worker'),
      'server.region': regionOf(options),
      'worker.concurrency': options.concurrency,
    },
  })
  process.exit(status) // what a plugin left open must not keep the process
}
