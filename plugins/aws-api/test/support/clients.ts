/** The clients that people really use, unmodified. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { programOf } from './program.js'
import { key, region } from './server.js'

const run = promisify(execFile)

const environment = {
  PATH: '/usr/bin:/bin',
  HOME: '/nonexistent',
  AWS_ACCESS_KEY_ID: key.accessKeyId,
  AWS_SECRET_ACCESS_KEY: key.secretAccessKey,
  AWS_DEFAULT_REGION: region,
  AWS_EC2_METADATA_DISABLED: 'true',
  AWS_MAX_ATTEMPTS: '1',
  AWS_PAGER: '',
}

const command = programOf('/usr/bin/aws')
afterAll(() => command.stop())

/** Debian's aws command; answers its parsed output. Errors: its last words, also as `stderr`. */
export async function aws(
  endpoint: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<unknown> {
  const all = ['--endpoint-url', endpoint, '--output', 'json', ...args]
  const { status, out, err } = await command.run(all, { env: { ...environment, ...env } })
  if (status !== 0) throw Object.assign(new Error(err), { code: status, stderr: err })
  return out.trim() === '' ? undefined : JSON.parse(out)
}

/** Debian's boto3: `script` finds `client(service)` and `endpoint` ready; answers what it prints as JSON. */
export async function boto3(
  endpoint: string,
  script: string,
  env: Readonly<Record<string, string>> = {},
): Promise<unknown> {
  const prelude = [
    'import json, os, boto3',
    'from botocore.config import Config',
    `endpoint = ${JSON.stringify(endpoint)}`,
    'def client(service, **more):',
    '    return boto3.client(service, endpoint_url=endpoint, config=Config(**more))',
  ]
  const { stdout } = await run('/usr/bin/python3', ['-c', [...prelude, script].join('\n')], {
    env: { ...environment, ...env },
    maxBuffer: 10_000_000,
  })
  return stdout.trim() === '' ? undefined : JSON.parse(stdout)
}
