/** Whatever a JSON request can ask for: CodePipeline's operations, and Penstock's own. */
import type { Principal, ServerServices } from '@penstock/core'
import type { Arns } from '../arn.js'
import { readLog } from '../logs/read-log.js'
import type { CallContext, Operation } from '../operation.js'
import { operations } from '../operations/index.js'
import { workerOperations } from '../workers/index.js'
import type { WorkerOperation } from '../workers/worker-operation.js'

export type EndpointServices = Pick<ServerServices, 'operations' | 'workers' | 'logs' | 'clock'>

/** An operation with the policies' name for it, to be called on the server as a whole. */
export interface Endpoint extends Omit<Operation, 'call'> {
  /** `codepipeline:GetPipeline`, `penstock:ClaimJobs`. */
  readonly action: string
  call(server: EndpointServices, by: Principal, input: unknown, context: CallContext): Promise<object | void>
}

const byTarget = new Map<string, Endpoint>([
  ...Object.values(operations).map(
    (each) => [`CodePipeline_20150709.${each.name}`, ofCodePipeline(each as unknown as Operation)] as const,
  ),
  ...workerOperations.map((each) => [`Penstock_20240101.${each.name}`, ofPenstock(each)] as const),
  [`Penstock_20240101.${readLog.name}`, readLog],
])

/** What `X-Amz-Target` names; `undefined` when there is nothing of that name. */
export function endpointOf(target: string): Endpoint | undefined {
  return byTarget.get(target)
}

function ofCodePipeline(operation: Operation): Endpoint {
  return {
    ...operation,
    action: `codepipeline:${operation.name}`,
    call: (server, by, input, context) => operation.call(server.operations, by, input, context),
  }
}

function ofPenstock({ name, input, changes, typeKeys, call }: WorkerOperation): Endpoint {
  return {
    name,
    input,
    action: `penstock:${name}`,
    ...(changes ? { changes } : {}),
    resource: (given, arns) => typeKeys?.(given).map((key) => resourceOf(key, arns)) ?? '*',
    call: (server, by, given, { wait }) => call(server.workers, { by, workerName: nameIn(given) }, given, wait),
  }
}

function resourceOf(typeKey: string, arns: Arns): string {
  const [category = '', owner = '', provider = '', version = ''] = typeKey.split('/')
  return arns.actionType({ category, owner, provider, version })
}

/** Every schema of ours has it. */
const nameIn = (input: unknown) => (input as { readonly workerName: string }).workerName
