/** What the commands of control-socket.ts do. */
import type { PluginStatus } from '../host/services.js'
import type { PluginUse } from '../operations/plugin-uses.js'
import type { ControlRequest } from './control-socket.js'
import type { Server } from './make-server.js'
import type { AppliedFile } from './pipeline-files/apply.js'
import type { PipelineFiles } from './pipeline-files/make-watcher.js'
import type { Pruned, PruneRequest } from './retention.js'
import { systemPrincipal } from './system-principal.js'

/** Where a local command reaches the server's API, and what it signs with. */
export interface LocalSignIn {
  /** `http://127.0.0.1:8080`. */
  readonly endpoint: string
  readonly publicUrl: string
  readonly region: string
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken: string
  /** Epoch milliseconds. */
  readonly expires: number
}

/** What commands reach. */
export type ControlParts = Pick<Server, 'host' | 'services' | 'access'> & {
  readonly files: Pick<PipelineFiles, 'reload'>
  prune(request: PruneRequest): Promise<readonly Pruned[]>
  /** Lets a restored server begin; false when it was not held. */
  resume(): Promise<boolean>
}

type ControlAnswer =
  | PluginStatus
  | readonly PluginStatus[]
  | readonly PluginUse[]
  | LocalSignIn
  | readonly AppliedFile[]
  | readonly Pruned[]
  | boolean
  | undefined

/** Carries out one command, which the audit log then tells of. Errors: Faults of the operation; an unknown command. */
export async function control(
  parts: ControlParts,
  address: string,
  { command, name }: ControlRequest,
): Promise<ControlAnswer> {
  if (command === 'sign in') return signIn(parts, address, String(name))
  if (command === 'history prune') return pruneHistory(parts, JSON.parse(name) as PruneRequest)
  if (command === 'resume') return resume(parts)
  if (command === 'pipelines reload') return parts.files.reload()
  if (command === 'plugin list') return parts.host.list()
  if (command === 'plugin uses') return usesOfPlugin(parts, name)
  const verbs = { 'plugin reload': 'reload', 'plugin enable': 'enable', 'plugin disable': 'disable' } as const
  const verb = Object.hasOwn(verbs, command) ? verbs[command] : undefined
  if (!verb) throw new Error(`the server does not know the command '${command}': is it as new as this one?`)
  return controlPlugin(parts, verb, name)
}

/** What is then done with the credentials is in the audit log, each call by itself. */
function signIn({ access, services, host }: ControlParts, endpoint: string, user: string): LocalSignIn {
  const api = host.list().find((plugin) => plugin.name === 'aws-api')
  if (api?.state !== 'started')
    throw new Error(`the plugin aws-api, which answers this command, is ${api?.state ?? 'not there'}: enable it`)
  const { region, publicUrl } = services.identity
  return { endpoint, publicUrl, region, ...access.operatorCredentials(user) }
}

async function resume(parts: ControlParts): Promise<boolean> {
  const wasHeld = await parts.resume()
  const principal = systemPrincipal(parts.services.identity.accountId).arn
  if (wasHeld) await parts.services.access.audit({ principal, operation: 'Resume', target: '*', result: 'ok' })
  return wasHeld
}

async function pruneHistory(parts: ControlParts, request: PruneRequest): Promise<readonly Pruned[]> {
  const pruned = await parts.prune(request)
  const principal = systemPrincipal(parts.services.identity.accountId).arn
  for (const { pipelineName, executionIds } of request.dryRun ? [] : pruned)
    await parts.services.access.audit({
      principal,
      operation: 'ForgetExecutions',
      target: pipelineName,
      result: 'ok',
      detail: `${executionIds.length}`,
    })
  return pruned
}

async function usesOfPlugin({ services }: ControlParts, name: string): Promise<readonly PluginUse[]> {
  return (await services.operations.for(systemPrincipal(services.identity.accountId)).listPluginUses({ name })).uses
}

async function controlPlugin(
  { services }: ControlParts,
  verb: 'reload' | 'enable' | 'disable',
  name: string,
): Promise<PluginStatus | undefined> {
  const operations = services.operations.for(systemPrincipal(services.identity.accountId))
  const { plugin } = await operations[`${verb}Plugin`]({ name })
  return plugin
}
