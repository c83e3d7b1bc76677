import { join } from 'node:path'
import { rollBackPlugins } from '../scaffold/plugins-folder.js'
import type { WhereOptions } from './main.js'
import { configOf } from './where.js'

/** `penstock plugin rollback`: the packages as they were before the last add or remove; penstock.yaml stays as it is. */
export function rollBack(options: WhereOptions): void {
  const changes = rollBackPlugins(join(configOf(options).dataDir, 'plugins'))
  const said = changes.length === 0 ? ['nothing differs'] : changes
  process.stdout.write(`${said.join('\n')}\nStart the server again, or reload the plugin, to have it.\n`)
}
