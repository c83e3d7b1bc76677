/** What the configuration declares and the database is to have: custom action types, then the pipelines that may use them. */
import type { Logger } from '../host/plugin.js'
import type { Config } from './config.js'
import { addConfiguredTypes } from './configured-types.js'
import type { Server } from './make-server.js'
import type { PipelineFiles } from './pipeline-files/make-watcher.js'
import { systemPrincipal } from './system-principal.js'

/** Applies it, action types first, for pipelines may use them; the answer is what is wrong: the rest is applied all the same. */
export async function applyDeclared(
  config: Config,
  parts: Server,
  files: PipelineFiles,
  log: Logger,
): Promise<readonly string[]> {
  const types = await applyTypes(config, parts, log)
  await files.reload()
  return [...types, ...files.problems()]
}

async function applyTypes(config: Config, { operations, catalogue }: Server, log: Logger): Promise<string[]> {
  const problems = await addConfiguredTypes(config.actionTypes, {
    operations: operations.for(systemPrincipal(config.server.accountId), { detail: 'from penstock.yaml' }),
    describe: (id) => catalogue.describe(id),
  })
  for (const problem of problems) log.error('custom action type', { problem })
  return problems
}
