/** `api.state` for tests: a real database and a real artifact store, in a folder. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { FolderArtifactStore } from '../artifacts/folder-store.js'
import { systemClock } from '../domain/clock.js'
import type { PluginState } from '../host/state/plugin-state.js'
import { stateOverDoor } from '../host/state/state-over-door.js'
import { StoredState } from '../host/state/stored-state.js'
import { openSqlite } from '../store/database.js'
import { pluginValueStore } from '../store/plugin-value-store.js'

/**
 * What a plugin keeps, with its end.
 * @example
 * const kept: TestPluginState = await openPluginState('state')
 */
export interface TestPluginState {
  readonly state: PluginState
  close(): Promise<void>
}

/**
 * Opens, or makes, what a plugin keeps below `folder`; opened again it holds the same. For tests of plugins that use
 * `api.state` outside of a server.
 * @example
 * const kept = await openPluginState('state')
 * await kept.state.put('seen', 1)
 * await kept.close()
 */
export async function openPluginState(folder: string): Promise<TestPluginState> {
  mkdirSync(folder, { recursive: true })
  const database = await openSqlite(join(folder, 'state.sqlite'))
  const artifacts = new FolderArtifactStore(join(folder, 'objects'))
  await artifacts.open()
  const stored = new StoredState({
    values: pluginValueStore(database),
    artifacts,
    bucket: 'plugins',
    clock: systemClock,
  })
  const state = stateOverDoor(() => stored.doorOf('test'))
  return { state, close: async () => void (await database.close()) }
}
