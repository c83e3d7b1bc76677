/** What this installation is called in ARNs, URLs and buckets. */
import { randomInt } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ServerIdentity } from '../host/services.js'
import type { MetaStore } from '../store/meta-store.js'
import type { Config } from './config.js'

/** The product's version, from the package. */
export const version: string = readVersion()

/** The identity, whose public URL is known for good once the port is open. */
export class Identity implements ServerIdentity {
  readonly region: string
  readonly accountId: string
  readonly version = version
  readonly dataFolder: string
  private url: string
  private readonly fixed: boolean

  constructor(
    config: Config,
    readonly bucket: string,
  ) {
    this.region = config.server.region
    this.accountId = config.server.accountId
    this.dataFolder = config.dataDir
    this.url = config.server.publicUrl ?? `http://${config.server.host}:${config.server.port}`
    this.fixed = config.server.publicUrl !== undefined
  }

  get publicUrl(): string {
    return this.url
  }

  /** The port is open: where clients reach the server, unless the configuration says otherwise. */
  listening(address: string): void {
    if (!this.fixed) this.url = address
  }
}

/** `codepipeline-<region>-<10 digits>`, made up once for all servers on the database. */
export function bucketName(config: Config, meta: MetaStore): Promise<string> {
  if (config.artifacts.bucket !== undefined) return Promise.resolve(config.artifacts.bucket)
  const digits = Array.from({ length: 10 }, () => randomInt(10)).join('')
  return meta.keep('bucket', `codepipeline-${config.server.region}-${digits}`)
}

function readVersion(): string {
  const pkg = JSON.parse(readFileSync(join(__dirname, '..', '..', 'package.json'), 'utf8')) as { version: string }
  return pkg.version
}
