import { runServer } from '../app/main.js'
import { defined } from '../domain/defined.js'
import type { WhereOptions } from './main.js'
import { dataOverride } from './where.js'

/** `penstock serve`: returns when the server stopped. */
export async function serve(options: WhereOptions & { readonly host?: string; readonly port?: number }): Promise<void> {
  const status = await runServer({
    ...defined({ file: options.config }),
    overrides: { ...dataOverride(options.data), 'server.host': options.host, 'server.port': options.port },
  })
  process.exit(status) // what a plugin left open must not keep the process
}
