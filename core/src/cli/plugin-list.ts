import { askServer, ControlFailed } from '../app/control-socket.js'
import { withPlugins } from '../app/offline.js'
import type { PluginStatus } from '../host/services.js'
import type { WhereOptions } from './main.js'
import { print, table } from './output.js'
import { configOf } from './where.js'

/**
 * `penstock plugin list`: asks the server that runs on the data folder; where none does, registers every plugin without
 * starting it. Status 1 when one cannot be used.
 */
export async function listPlugins(options: WhereOptions & { readonly output?: string }): Promise<void> {
  const config = configOf(options)
  const plugins = (await running(config.dataDir)) ?? (await withPlugins(config, async ({ host }) => host.list()))
  print(options.output, plugins, () =>
    table([
      ['PLUGIN', 'VERSION', 'STATE', 'PROVIDES OR PROBLEMS'],
      ...plugins.map(({ name, version, state, provides, problems }) => [
        name,
        version,
        state,
        [...problems, ...provides].join('; '),
      ]),
    ]),
  )
  if (plugins.some(({ state }) => state === 'failed' || state === 'incompatible')) process.exitCode = 1
}

/** The plugins as the server has them; `undefined` where none runs, or none can be reached (a folder with too long a path). */
async function running(dataDir: string): Promise<readonly PluginStatus[] | undefined> {
  try {
    return (await askServer(dataDir, { command: 'plugin list', name: '' })) as readonly PluginStatus[]
  } catch (error) {
    if (error instanceof ControlFailed && error.noServer) return undefined
    throw error
  }
}
