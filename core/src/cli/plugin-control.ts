import { askServer } from '../app/control-socket.js'
import type { PluginStatus } from '../host/services.js'
import type { WhereOptions } from './main.js'
import { configOf } from './where.js'

/** `penstock plugin reload|enable|disable NAME`: asks the server that runs on the data folder. Errors: what it says. */
export async function controlPlugin(
  verb: 'reload' | 'enable' | 'disable',
  name: string,
  options: WhereOptions,
): Promise<void> {
  const { dataDir } = configOf(options)
  const status = (await askServer(dataDir, { command: `plugin ${verb}`, name })) as PluginStatus | undefined
  const problems = status?.problems ?? []
  process.stdout.write(`${[`${name}: ${status?.state ?? 'gone'}`, ...problems].join('\n  ')}\n`)
  if (status?.state === 'failed' || status?.state === 'incompatible') process.exitCode = 1
}
