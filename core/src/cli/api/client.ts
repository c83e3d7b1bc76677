import type { Operations } from '../../engine/operations.js'

/** The operations that commands call. */
export const calledOperations = [
  'createPipeline',
  'updatePipeline',
  'deletePipeline',
  'getPipeline',
  'listPipelines',
  'getPipelineState',
  'startPipelineExecution',
  'stopPipelineExecution',
  'retryStageExecution',
  'rollbackStage',
  'overrideStageCondition',
  'disableStageTransition',
  'enableStageTransition',
  'putApprovalResult',
  'getPipelineExecution',
  'listPipelineExecutions',
  'listActionExecutions',
  'listActionTypes',
  'createCustomActionType',
  'putWebhook',
  'putTags',
] as const satisfies readonly (keyof Operations)[]

type Called = (typeof calledOperations)[number]

/** Which piece of which log. */
export interface LogWanted {
  readonly pipelineName: string
  readonly pipelineExecutionId: string
  readonly actionExecutionId: string
  /** A byte offset of the masked log. */
  readonly from: number
  /** Seconds to wait for more. */
  readonly wait: number
}

export interface LogPiece {
  readonly text: string
  /** Where to go on. */
  readonly next: number
  /** No more can come. */
  readonly complete: boolean
}

/** A server as commands see it, here or far away. Errors: CommandFailed in the server's words, with its code. */
export type Client = { readonly [V in Called]: (input: Parameters<Operations[V]>[1]) => ReturnType<Operations[V]> } & {
  readLog(wanted: LogWanted): Promise<LogPiece>
  /** The page's address, without a slash at its end; `undefined` where there is no page. */
  readonly pageUrl: string | undefined
  close(): void
}

/** A client whose every operation goes through one function. */
export function clientOf(
  call: (operation: Called, input: object) => Promise<unknown>,
  rest: Pick<Client, 'readLog' | 'pageUrl' | 'close'>,
): Client {
  const operations = calledOperations.map((name) => [name, (input: object) => call(name, input)])
  return { ...Object.fromEntries(operations), ...rest } as Client
}
