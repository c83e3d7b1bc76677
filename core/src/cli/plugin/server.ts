/** What the commands about plugins ask of the server that runs on the data folder, where one does. */

import type { Config } from '../../app/config.js'
import { askServer, ControlFailed, type ControlRequest } from '../../app/control-socket.js'
import { withPlugins } from '../../app/offline.js'
import { usesInDatabase } from '../../app/plugin-uses.js'
import type { PluginStatus } from '../../host/services.js'
import type { PluginUse } from '../../operations/plugin-uses.js'

/** `undefined` where no server runs, or none can be reached (a folder with too long a path). Errors: what the server says. */
export async function askIfRunning(dataDir: string, request: ControlRequest): Promise<unknown> {
  try {
    return (await askServer(dataDir, request)) ?? null
  } catch (error) {
    if (error instanceof ControlFailed && error.noServer) return undefined
    throw error
  }
}

/** The plugins as the server has them; where none runs, registered here without being started. */
export async function pluginsOf(
  config: Config,
): Promise<{ readonly plugins: readonly PluginStatus[]; readonly running: boolean }> {
  const there = await askIfRunning(config.dataDir, { command: 'plugin list', name: '' })
  if (there) return { plugins: there as readonly PluginStatus[], running: true }
  return { plugins: await withPlugins(config, async ({ host }) => host.list()), running: false }
}

/** Where pipelines need a plugin: by the server's word, or read from the database. */
export async function usesOf(config: Config, plugin: PluginStatus, running: boolean): Promise<readonly PluginUse[]> {
  if (running) return (await askServer(config.dataDir, { command: 'plugin uses', name: plugin.name })) as PluginUse[]
  return usesInDatabase(config, plugin.provides)
}

/** `2 pipelines need it: site (Build/Make), shop (Build/Make)`; nothing when none does. */
export function usesText(uses: readonly PluginUse[]): string | undefined {
  const pipelines = groups(uses)
  if (pipelines.size === 0) return undefined
  const named = [...pipelines].map(([name, places]) => `${name} (${places.join(', ')})`)
  const shown =
    named.length > mostNamed ? [...named.slice(0, mostNamed), `and ${named.length - mostNamed} more`] : named
  return `${pipelines.size === 1 ? '1 pipeline needs' : `${pipelines.size} pipelines need`} it: ${shown.join(', ')}`
}

const mostNamed = 10

function groups(uses: readonly PluginUse[]): ReadonlyMap<string, string[]> {
  const found = new Map<string, string[]>()
  for (const { pipelineName, stageName, name } of uses) {
    const places = found.get(pipelineName) ?? []
    found.set(pipelineName, [...places, `${stageName}/${name}`])
  }
  return found
}
