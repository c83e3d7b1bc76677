/** A whole server with a data folder of its own, and an access key of its administrator. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ManagedPolicy, PolicyDocument } from '@penstock/core'
import { type RunningServer, startServer } from '@penstock/core/server'

export interface Keys {
  readonly accessKeyId: string
  readonly secretAccessKey: string
}

export interface ServerUnderTest {
  readonly endpoint: string
  readonly region: string
  readonly accountId: string
  readonly server: RunningServer
  readonly keys: Keys
  readonly log: readonly string[]
  /** A key of somebody who may do only what these policies say. */
  keysOf(name: string, ...policies: (ManagedPolicy | PolicyDocument)[]): Promise<Keys>
  stop(): Promise<void>
}

export interface ServerOptions {
  /** Puts into the data folder what has to be there before the server starts; answers overrides that follow from it. */
  readonly prepare?: (dataDir: string) => Promise<Readonly<Record<string, unknown>>>
  /** Of the configuration, as paths: `{ 'database.url': 'postgres://...' }`. */
  readonly overrides?: Readonly<Record<string, unknown>>
}

export async function startServerUnderTest(options: ServerOptions = {}): Promise<ServerUnderTest> {
  const dataDir = mkdtempSync(join(tmpdir(), 'penstock-aws-'))
  const log: string[] = []
  const overrides = { 'worker.isolation': 'none', ...(await options.prepare?.(dataDir)), ...options.overrides }
  const server = await startServer({ dataDir, port: 0, env: {}, overrides, writeLog: (line) => void log.push(line) })
  const { access, identity } = server.services
  const keysOf = (name: string, ...policies: (ManagedPolicy | PolicyDocument)[]) =>
    access.createAccessKey(name, policies)
  return {
    endpoint: server.address,
    region: identity.region,
    accountId: identity.accountId,
    server,
    log,
    keys: await keysOf('admin', 'AWSCodePipeline_FullAccess'),
    keysOf,
    async stop() {
      await server.stop()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}
