/** The parts of a server that a command needs while no server runs, or beside the one that does. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { FolderArtifactStore } from '../artifacts/folder-store.js'
import { systemClock } from '../domain/clock.js'
import { discoverPlugins } from '../host/discover.js'
import type { Logger } from '../host/plugin.js'
import { Access } from '../http/access-service.js'
import { MasterKey } from '../http/master-key.js'
import { SqlAccessStore } from '../store/access-store.js'
import { SqlAuditStore } from '../store/audit-store.js'
import { type Database, openSqlite } from '../store/database.js'
import { ChosenArtifactStore } from './artifacts.js'
import type { Config } from './config.js'
import { createParts, type Parts } from './container.js'
import { openDataFolder } from './data-folder.js'
import { Identity } from './identity.js'
import { openMasterKey } from './master-key.js'
import { openDatabase } from './open-database.js'

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

/** Plugins registered but not started, over an empty database of their own: to list them, and to validate pipelines. */
export async function withPlugins<T>(config: Config, work: (parts: Parts) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'penstock-'))
  const database = await openSqlite(':memory:')
  try {
    const references = await discoverPlugins({
      configured: config.plugins,
      baseFolder: config.baseFolder,
      pluginsFolder: join(config.dataDir, 'plugins'),
    })
    const parts = createParts({
      config: { ...config, dataDir: folder },
      clock: systemClock,
      log: silent,
      pluginLog: () => silent,
      database,
      identity: new Identity(config, config.artifacts.bucket ?? `codepipeline-${config.server.region}-0000000000`),
      masterKey: MasterKey.load(join(folder, 'master.key')),
      artifacts: new ChosenArtifactStore(new FolderArtifactStore(join(folder, 'artifacts'))),
      references,
    })
    try {
      await parts.host.register()
      return await work(parts)
    } finally {
      await parts.host.stop()
    }
  } finally {
    await database.close()
    rmSync(folder, { recursive: true, force: true })
  }
}
