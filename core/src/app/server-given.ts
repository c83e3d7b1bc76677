import type { Clock } from '../domain/clock.js'
import type { Logger } from '../host/plugin.js'
import type { PluginHostParts } from '../host/plugin-host.js'
import type { MasterKey } from '../http/master-key.js'
import type { Database } from '../store/database.js'
import type { ChosenArtifactStore } from './artifacts.js'
import type { Config } from './config.js'
import type { Identity } from './identity.js'

/** What has to be there before a server can be. */
export interface ServerGiven {
  readonly config: Config
  readonly clock: Clock
  readonly log: Logger
  readonly pluginLog: (plugin: string) => Logger
  readonly database: Database
  readonly identity: Identity
  readonly masterKey: MasterKey
  readonly artifacts: ChosenArtifactStore
  readonly references: PluginHostParts['references']
  /** Reads penstock.yaml's plugins again, for a reload. */
  readonly rediscover?: NonNullable<PluginHostParts['rediscover']>
}
