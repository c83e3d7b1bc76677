/** The parts of a server that a command needs while no server runs, or beside the one that does. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '../domain/clock.js'
import { discoverPlugins } from '../host/discover.js'
import type { Logger } from '../host/plugin.js'
import { servicesElsewhere } from '../host/services-elsewhere.js'
import { Access } from '../http/access-service.js'
import { SqlAccessStore } from '../store/access-store.js'
import { SqlAuditStore } from '../store/audit-store.js'
import type { Database } from '../store/database.js'
import type { Config } from './config.js'
import { openDataFolder } from './data-folder.js'
import { version } from './identity.js'
import { createPluginSandbox } from './isolation.js'
import { makePlugins, type Plugins } from './make-plugins.js'
import { openMasterKey } from './master-key.js'
import { openDatabase } from './open-database.js'
import { storedPluginState } from './stored-plugin-state.js'
import { Catalogue } from './type-catalogue.js'

const silent: Logger = { debug() {}, info() {}, warn() {}, error() {} }

/** The database of a configuration. Errors: NewerSchema, DataFolderRefused. */
export function openConfigured(config: Config): Promise<Database> {
  openDataFolder(config.dataDir)
  return openDatabase(config)
}

/** Users and access keys straight in the database: the server that may be running on it sees the change within seconds. */
export async function withAccess<T>(config: Config, work: (access: Access) => Promise<T>): Promise<T> {
  const database = await openConfigured(config)
  try {
    const key = await openMasterKey(config, database)
    const [store, audit] = [new SqlAccessStore(database), new SqlAuditStore(database)]
    const { accountId } = config.server
    return await work(new Access({ store, audit, key, clock: systemClock, accountId, jobScope: async () => undefined }))
  } finally {
    await database.close()
  }
}

/** This installation's plugins, and what pipelines are judged by. */
export interface Offline extends Plugins {
  readonly judging: { readonly region: string; readonly types: Catalogue }
}

/** Which of the plugins, and from where; all of those that are installed when absent. */
export interface OfflinePlugins {
  /** In place of DATA/plugins. */
  readonly pluginsFolder?: string
  /** Only the one with this key of penstock.yaml, which has this section. */
  readonly only?: { readonly key: string; readonly section: unknown }
}

/** Plugins registered but not started, without a database: to list them, and to validate pipelines. */
export async function withPlugins<T>(
  config: Config,
  work: (offline: Offline) => Promise<T>,
  { pluginsFolder = join(config.dataDir, 'plugins'), only }: OfflinePlugins = {},
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'penstock-'))
  const clock = systemClock
  try {
    const references = await discoverPlugins({
      configured: only ? { [only.key]: only.section } : config.plugins,
      baseFolder: config.baseFolder,
      pluginsFolder,
      ...(only ? { bundled: [] } : {}),
    })
    const identity = { region: config.server.region, version, dataFolder: config.dataDir }
    const services = servicesElsewhere('for a command that only looks at plugins', { clock, identity })
    const plugins = makePlugins({
      references,
      clock,
      states: { disabled: async () => new Set(), setEnabled: async () => {} },
      dataFolder: join(folder, 'plugin-data'),
      log: () => silent,
      services: () => services,
      state: (plugin) => storedPluginState(config, plugin),
      sandbox: createPluginSandbox(config),
    })
    try {
      await plugins.host.register()
      return await work({
        ...plugins,
        judging: { region: config.server.region, types: new Catalogue(plugins.registry) },
      })
    } finally {
      await plugins.host.stop()
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
