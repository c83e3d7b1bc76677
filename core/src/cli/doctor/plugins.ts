import type { Config } from '../../app/config.js'
import { withPlugins } from '../../app/offline.js'
import { reason } from '../../host/contain.js'
import type { Finding } from './finding.js'

/** Whether each can be loaded; none is started. */
export async function lookAtPlugins(config: Config): Promise<Finding[]> {
  const name = 'plugins'
  try {
    const all = await withPlugins(config, async ({ host }) => host.list())
    const broken = all.filter(({ state }) => state === 'failed' || state === 'incompatible')
    const well = all.filter(({ state }) => state === 'registered').length
    const findings = broken.map(
      (plugin): Finding => ({
        name: `plugin ${plugin.name}`,
        state: 'bad',
        found: plugin.problems.join('; '),
        remedy: 'mend it, or switch it off: plugins: { NAME: false }',
      }),
    )
    return [{ name, state: 'ok', found: `${well} of ${all.length} are on and well` }, ...findings]
  } catch (error) {
    return [{ name, state: 'bad', found: reason(error) }]
  }
}
