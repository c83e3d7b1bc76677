import { isFault, type Logger, type Operations, type Principal, type ServerServices } from '@penstock/core'

/** The operations that change something, as the page uses them. */
const changing: ReadonlySet<string> = new Set<keyof Operations>([
  'createPipeline',
  'updatePipeline',
  'deletePipeline',
  'startPipelineExecution',
  'stopPipelineExecution',
  'retryStageExecution',
  'rollbackStage',
  'overrideStageCondition',
  'disableStageTransition',
  'enableStageTransition',
  'putApprovalResult',
])

type Operation = (by: Principal, input: unknown) => Promise<unknown>

/** The server's services, with every change that the page makes written down: who, what, to what, and how it ended. */
export function audited(server: ServerServices, log: Logger): ServerServices {
  const operations = new Proxy(server.operations, {
    get(target, name: string) {
      const call = (target as unknown as Record<string, Operation>)[name]?.bind(target)
      if (!call || !changing.has(name)) return call
      return (by: Principal, input: unknown) => {
        const add = (result: string) =>
          // The deed is done: that it could not be written down must not make it look undone.
          server.access
            .audit({ principal: by.arn, operation: pascal(name), target: targetOf(input), ...detailOf(input), result })
            .catch((error: unknown) => log.error('the audit log cannot be written', { error: String(error) }))
        return writeDown(add, () => call(by, input))
      }
    },
  })
  return new Proxy(server, {
    get: (target, name: keyof ServerServices) => (name === 'operations' ? operations : target[name]),
  })
}

async function writeDown(add: (result: string) => Promise<void>, deed: () => Promise<unknown>): Promise<unknown> {
  try {
    const answer = await deed()
    await add('ok')
    return answer
  } catch (error) {
    await add(isFault(error) ? error.code : 'InternalFailure')
    throw error
  }
}

function pascal(name: string): string {
  return name.slice(0, 1).toUpperCase() + name.slice(1)
}

/** `pipeline/stage/action`, as far as the input names them. */
function targetOf(input: unknown): string {
  const given = input as Record<string, unknown>
  const pipeline = given.pipelineName ?? given.name ?? (given.pipeline as { name?: unknown } | undefined)?.name
  return [pipeline, given.stageName, given.actionName].filter((part) => typeof part === 'string').join('/')
}

/** What was said with it: a reason, or an approval's answer. Nothing of a configuration, which may hold secrets. */
function detailOf(input: unknown): { detail?: string } {
  const { reason, result, pipelineExecutionId } = input as Record<string, unknown>
  const { status, summary } = (result ?? {}) as Record<string, unknown>
  const said = [status, summary, reason].filter((part) => typeof part === 'string' && part !== '')
  const detail = said.length > 0 ? said.join(': ') : pipelineExecutionId
  return typeof detail === 'string' ? { detail } : {}
}
