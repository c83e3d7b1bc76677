import { resolve } from 'node:path'
import { runRemoteWorker } from '../app/worker-main.js'
import type { WhereOptions } from './main.js'
import { CommandFailed } from './output.js'

export interface WorkerOptions extends WhereOptions {
  readonly endpoint: string
  readonly accessKeyId?: string
  readonly secretAccessKey?: string
  readonly region?: string
  readonly name?: string
  readonly concurrency?: number
}

/** `penstock worker --endpoint URL`: returns when the worker stopped. Errors: CommandFailed naming the option. */
export async function worker(options: WorkerOptions): Promise<void> {
  const { PENSTOCK_DATA, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION, AWS_DEFAULT_REGION } = process.env
  const status = await runRemoteWorker({
    endpoint: endpointOf(options.endpoint),
    accessKeyId: given('--access-key-id', 'AWS_ACCESS_KEY_ID', options.accessKeyId ?? AWS_ACCESS_KEY_ID),
    secretAccessKey: given(
      '--secret-access-key',
      'AWS_SECRET_ACCESS_KEY',
      options.secretAccessKey ?? AWS_SECRET_ACCESS_KEY,
    ),
    ...(options.name === undefined ? {} : { name: options.name }),
    ...(options.config === undefined ? {} : { file: options.config }),
    overrides: {
      dataDir: resolve(options.data ?? PENSTOCK_DATA ?? '.penstock-worker'),
      'server.region': options.region ?? AWS_REGION ?? AWS_DEFAULT_REGION,
      'worker.concurrency': options.concurrency,
    },
  })
  process.exit(status) // what a plugin left open must not keep the process
}

function endpointOf(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const plain =
    url &&
    ['http:', 'https:'].includes(url.protocol) &&
    url.pathname === '/' &&
    url.search === '' &&
    url.username === ''
  if (plain) return url.origin
  throw new CommandFailed(
    `--endpoint is '${text}', but must be the server's URL without a path, such as https://penstock.example.com:8080`,
  )
}

function given(option: string, variable: string, value: string | undefined): string {
  if (value !== undefined && value !== '') return value
  throw new CommandFailed(
    `${option} is missing: give it, or set ${variable}; penstock access-key create --policy PenstockWorkerAccess makes a key`,
  )
}
