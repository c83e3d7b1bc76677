import { type ChildProcess, spawn } from 'node:child_process'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import type { ActionLog, JobApiAccess } from '@penstock/core'
import type { LocalFunction } from './resolve-function.js'

const shim = join(__dirname, '..', '..', 'runtime', 'node.cjs')

/** A function's process, in a group of its own. */
export interface FunctionProcess {
  /** Resolves when the process ended, with how, in Lambda's words. */
  readonly ended: Promise<string>
  /** Ends the whole group, at once: nothing that the function started stays behind. */
  kill(): void
}

/** Starts the function's `bootstrap`, or Node with our runtime; its output goes to the log line by line. */
export function startFunction(
  fn: LocalFunction,
  runtimeApi: string,
  access: JobApiAccess,
  log: ActionLog,
): FunctionProcess {
  const [command, args] = fn.hasBootstrap
    ? [join(fn.folder, 'bootstrap'), []]
    : [process.execPath, [`--max-old-space-size=${fn.memoryMb}`, '--enable-source-maps', shim]]
  const child = spawn(command, args, {
    cwd: fn.folder,
    env: environmentOf(fn, runtimeApi, access),
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => log.line(line))
  }
  return { ended: endOf(child), kill: () => killGroup(child) }
}

function endOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(`could not start: ${error.message}`))
    child.once('close', (code, signal) =>
      resolve(signal === null ? `exit status ${code}` : `signal: ${signal.slice(3).toLowerCase()}`),
    )
  })
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return
  try {
    process.kill(-child.pid, 'SIGKILL')
  } catch {
    // Already gone, with all of its group.
  }
}

/**
 * What Lambda's environment has, and where the function finds Penstock in AWS's place. Nothing of the server's own
 * environment but the path.
 */
function environmentOf(fn: LocalFunction, runtimeApi: string, access: JobApiAccess): NodeJS.ProcessEnv {
  return {
    PATH: process.env.PATH ?? '/usr/local/bin:/usr/bin:/bin',
    HOME: fn.folder,
    LANG: 'en_US.UTF-8',
    TZ: ':UTC',
    NODE_PATH: sdkFolder(),
    ...fn.environment,
    AWS_LAMBDA_RUNTIME_API: runtimeApi,
    _HANDLER: fn.handler,
    LAMBDA_TASK_ROOT: fn.folder,
    LAMBDA_RUNTIME_DIR: dirname(shim),
    AWS_LAMBDA_FUNCTION_NAME: fn.name,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(fn.memoryMb),
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${fn.name}`,
    AWS_LAMBDA_LOG_STREAM_NAME: 'penstock',
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_REGION: access.region,
    AWS_DEFAULT_REGION: access.region,
    AWS_ACCESS_KEY_ID: access.credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: access.credentials.secretAccessKey,
    AWS_SESSION_TOKEN: access.credentials.sessionToken,
    AWS_ENDPOINT_URL: access.endpoint,
    AWS_ENDPOINT_URL_CODEPIPELINE: access.endpoint,
    AWS_ENDPOINT_URL_S3: access.endpoint,
  }
}

/** Lambda's Node.js runtime brings the AWS SDK: functions may `require('@aws-sdk/client-codepipeline')` without packing it. */
function sdkFolder(): string {
  const entry = require.resolve('@aws-sdk/client-codepipeline')
  return entry.slice(0, entry.lastIndexOf(join('node_modules', '@aws-sdk')) + 'node_modules'.length)
}
