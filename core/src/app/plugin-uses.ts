/** Where pipelines need a plugin, for a command while no server runs. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type PluginUse, pluginUses } from '../operations/plugin-uses.js'
import { createEngineStore } from '../store/engine-store.js'
import type { Config } from './config.js'
import { openConfigured } from './offline.js'

/** An installation without a database has no pipelines. Errors: NewerSchema, DataFolderRefused. */
export async function usesInDatabase(config: Config, provides: readonly string[]): Promise<readonly PluginUse[]> {
  if (config.database.url === undefined && !existsSync(join(config.dataDir, 'penstock.db'))) return []
  const database = await openConfigured(config)
  try {
    return await pluginUses(createEngineStore(database).read, provides)
  } finally {
    await database.close()
  }
}
