import { askServer } from '../../app/control-socket.js'
import type { PluginStatus } from '../../host/services.js'
import type { PluginUse } from '../../operations/plugin-uses.js'
import type { WhereOptions } from '../main.js'
import { configOf } from '../where.js'
import { askIfRunning, usesText } from './server.js'

/** `penstock plugin reload|enable|disable NAME`: asks the server that runs on the data folder. Errors: what it says. */
export async function controlPlugin(
  verb: 'reload' | 'enable' | 'disable',
  name: string,
  options: WhereOptions,
): Promise<void> {
  const { dataDir } = configOf(options)
  const needed = verb === 'disable' ? await whoNeeds(dataDir, name) : undefined
  const status = (await askServer(dataDir, { command: `plugin ${verb}`, name })) as PluginStatus | undefined
  const problems = status?.problems ?? []
  const told = needed === undefined ? [] : [`${needed}; their actions fail until it is enabled again`]
  process.stdout.write(`${[`${name}: ${status?.state ?? 'gone'}`, ...told, ...problems].join('\n  ')}\n`)
  if (status?.state === 'failed' || status?.state === 'incompatible') process.exitCode = 1
}

/** Asked while it is still on: then it is known what it provides. */
async function whoNeeds(dataDir: string, name: string): Promise<string | undefined> {
  const uses = await askIfRunning(dataDir, { command: 'plugin uses', name }).catch(() => undefined)
  return usesText((uses ?? []) as readonly PluginUse[])
}
