/** What the configuration declares and the database is to have: custom action types, then the pipelines that may use them. */
import type { Logger } from '../host/plugin.js'
import type { Config } from './config.js'
import { addConfiguredTypes } from './configured-types.js'
import type { Server } from './make-server.js'
import { applyPipelineFiles } from './pipeline-files.js'
import { systemPrincipal } from './system-principal.js'

/** Applies it; the answer is what is wrong, for people: the rest is applied all the same. */
export async function applyDeclared(config: Config, parts: Server, log: Logger): Promise<string[]> {
  const types = await applyTypes(config, parts, log)
  return [...types, ...(await applyFiles(config, parts, log))]
}

async function applyTypes(config: Config, { operations, catalogue }: Server, log: Logger): Promise<string[]> {
  const problems = await addConfiguredTypes(config.actionTypes, {
    operations: operations.for(systemPrincipal(config.server.accountId), { detail: 'from penstock.yaml' }),
    describe: (id) => catalogue.describe(id),
  })
  for (const problem of problems) log.error('custom action type', { problem })
  return problems
}

/** What the configuration declares: action types first, for pipelines may use them. */
async function applyFiles(config: Config, { operations, meta, reserved }: Server, log: Logger): Promise<string[]> {
  const applied = await applyPipelineFiles(config.pipelines, {
    operationsFor: (detail) => operations.for(systemPrincipal(config.server.accountId), { detail }),
    meta,
    required: config.pipelinesNamed,
  })
  const problems: string[] = []
  for (const { file, result, problem, name } of applied) {
    if (name !== undefined) reserved.reserve(name, file)
    if (problem !== undefined) problems.push(problem)
    if (result === 'failed') log.error('pipeline file', { file, problem })
    else if (result !== 'unchanged') log.info('pipeline file', { file, result })
  }
  return problems
}
