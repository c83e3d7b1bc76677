import { withPlugins } from '../app/offline.js'
import type { WhereOptions } from './main.js'
import { print, table } from './output.js'
import { configOf } from './where.js'

/** `penstock plugin list`: registers every plugin without starting it; status 1 when one cannot be used. */
export async function listPlugins(options: WhereOptions & { readonly output?: string }): Promise<void> {
  const plugins = await withPlugins(configOf(options), async ({ host }) => host.list())
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
