import type { WhereOptions } from '../main.js'
import { print, table } from '../output.js'
import { configOf } from '../where.js'
import { pluginsOf } from './server.js'

/**
 * `penstock plugin list`: asks the server that runs on the data folder; where none does, registers every plugin without
 * starting it. Status 1 when one cannot be used.
 */
export async function listPlugins(options: WhereOptions & { readonly output?: string }): Promise<void> {
  const { plugins } = await pluginsOf(configOf(options))
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
