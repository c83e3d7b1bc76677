/** The plugin's HTTP parts on a bare server: the engine behind them is whatever methods a test gives. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { AuditEntry, Credentials, Logger, Operations, Principal } from '@penstock/core'
import { serveOperations } from '../../../../core/src/operations/serve.js'
import { type ApiServices, CodePipelineApi } from '../../src/protocol/codepipeline.js'

import { methodOf } from './operations.js'

export const region = 'eu-central-1'
export const accountId = '123456789012'
export const key = { accessKeyId: 'AKIAEXAMPLEEXAMPLE22', secretAccessKey: 'a+secret/of/40/characters/0123456789abcd' }
export const jobKey = {
  accessKeyId: 'ASIAEXAMPLEEXAMPLE22',
  secretAccessKey: 'another/secret/of/40/characters/01234567',
  sessionToken: 'token+of/a=job',
}
export const jobId = '0f0c9d8a-1c7d-4b9f-8a52-3b1f6f6f2a11'
export const identity = {
  region,
  accountId,
  bucket: `codepipeline-${region}-1234567890`,
  publicUrl: 'http://127.0.0.1',
  version: '0',
  dataFolder: '',
}

export const user: Principal = { name: 'ann', arn: `arn:aws:iam::${accountId}:user/ann`, policies: [] }

export interface Recorded {
  readonly level: string
  readonly message: string
  readonly details?: unknown
}

/** Keeps what is logged, so that a test can look for secrets in it. */
export function recordingLog(): Logger & { readonly lines: Recorded[] } {
  const lines: Recorded[] = []
  const at = (level: string) => (message: string, details?: unknown) => void lines.push({ level, message, details })
  return { lines, debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
}

export interface Fakes {
  readonly operations?: Partial<Record<keyof Operations, (by: Principal, input: never) => unknown>>
  readonly denies?: (action: string, resource: string) => boolean
  readonly job?: Credentials['job']
  readonly now?: () => number
}

/** The services that the protocol touches, as small as can be. */
export function fakeServices(fakes: Fakes): ApiServices & { readonly audited: Omit<AuditEntry, 'at'>[] } {
  const audited: Omit<AuditEntry, 'at'>[] = []
  const job = fakes.job ?? { jobId, readable: [], writable: [] }
  const credentials = async (accessKeyId: string, sessionToken?: string): Promise<Credentials | undefined> => {
    if (accessKeyId === key.accessKeyId && sessionToken === undefined) return { ...key, principal: user }
    if (accessKeyId !== jobKey.accessKeyId || sessionToken !== jobKey.sessionToken) return undefined
    return { ...jobKey, principal: { ...user, name: 'job', arn: `arn:aws:sts::${accountId}:job` }, job }
  }
  const access = {
    credentials,
    allows: (_: Principal, action: string, resource: string) => !fakes.denies?.(action, resource),
    audit: async (entry: Omit<AuditEntry, 'at'>) => void audited.push(entry),
  }
  const clock = { now: fakes.now ?? (() => Date.now()), after: () => () => {} }
  // Only what the tests of the protocol call is there: the engine has tests of its own.
  const operations = serveOperations({
    identity,
    access,
    log: recordingLog(),
    perform: async (operation, by, input, call) => {
      const { service = 'codepipeline' } = operation
      if (service !== 'codepipeline') return operation.run(undefined as never, by, input, call)
      return fakes.operations?.[methodOf(operation) as keyof Operations]?.(by, input as never) as Promise<object>
    },
  })
  return { identity, clock, operations, access, audited } as unknown as ReturnType<typeof fakeServices>
}

export interface Running {
  readonly endpoint: string
  readonly port: number
  stop(): Promise<void>
}

/** Serves a handler on a free port of the loopback. */
export async function serve(
  handle: (request: IncomingMessage, response: ServerResponse) => Promise<void>,
): Promise<Running> {
  const server = createServer((request, response) => void handle(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const stop = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
  return { endpoint: `http://127.0.0.1:${port}`, port, stop }
}

export interface ApiUnderTest extends Running {
  readonly audited: Omit<AuditEntry, 'at'>[]
  readonly log: ReturnType<typeof recordingLog>
}

/** CodePipeline's protocol over the given engine methods. */
export async function startApi(fakes: Fakes, maxRequestBytes = 1_000_000): Promise<ApiUnderTest> {
  const services = fakeServices(fakes)
  const log = recordingLog()
  const api = new CodePipelineApi(services, log, { maxRequestBytes })
  const running = await serve((request, response) => api.handle(request, response))
  return { ...running, audited: services.audited, log }
}
