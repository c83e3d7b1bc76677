/** A plugin brought to `registered` by itself, as a server would, before a server has it. */
import type { Config } from '../../app/config.js'
import { withPlugins } from '../../app/offline.js'
import type { PluginStatus } from '../../host/services.js'

/** `folder` is in place of DATA/plugins, where it is not installed yet. */
export async function tryPlugin(
  config: Config,
  key: string,
  section: unknown,
  folder?: string,
): Promise<PluginStatus | undefined> {
  const where = folder === undefined ? {} : { pluginsFolder: folder }
  return withPlugins(config, async ({ host }) => host.list()[0], { ...where, only: { key, section } })
}

/** What is wrong with it; its section of penstock.yaml may still have to be filled in, which is no fault of the plugin's. */
export function whatIsWrong(status: PluginStatus | undefined): string | undefined {
  if (status === undefined || (status.state !== 'failed' && status.state !== 'incompatible')) return undefined
  return status.problems.at(-1) ?? status.state
}

/** True when only its section of penstock.yaml is missing something. */
export function wantsConfiguration(problem: string): boolean {
  return /^load: penstock\.yaml: /.test(problem)
}
