import type { PluginStateStore } from '../domain/plugin-state.js'
import type { Database } from './database.js'

/** Which plugins are switched off, in the database: all servers on it agree. */
export function pluginStateStore(database: Database): PluginStateStore {
  return {
    async disabled() {
      const rows = await database.db.selectFrom('plugin_states').select('name').where('enabled', '=', 0).execute()
      return new Set(rows.map((row) => row.name))
    },
    async setEnabled(name, enabled) {
      await database.write(async (tx) => {
        await tx
          .insertInto('plugin_states')
          .values({ name, enabled: enabled ? 1 : 0, doc: '{}' })
          .onConflict((conflict) => conflict.column('name').doUpdateSet({ enabled: enabled ? 1 : 0 }))
          .execute()
      })
    },
  }
}
