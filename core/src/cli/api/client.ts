import { type OperationInput, type OperationName, type OperationOutput, table } from '../../operations/table.js'

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

/** A server as commands see it, here or far away: every operation there is. Errors: CommandFailed in the server's words, with its code. */
export type Client = {
  readonly [N in Exclude<OperationName, 'readLog'>]: (input: OperationInput<N>) => Promise<OperationOutput<N>>
} & {
  readLog(wanted: LogWanted): Promise<LogPiece>
  /** The page's address, without a slash at its end; `undefined` where there is no page. */
  readonly pageUrl: string | undefined
  close(): void
}

/** How an operation is called on the wire. */
export interface WireName {
  readonly service: string
  readonly name: string
}

/** A client whose every operation goes through one function. */
export function clientOf(
  call: (operation: WireName, input: object) => Promise<unknown>,
  rest: Pick<Client, 'readLog' | 'pageUrl' | 'close'>,
): Client {
  const operations = Object.entries(table).map(([method, { service = 'codepipeline', name }]) => [
    method,
    (input: object) => call({ service, name }, input),
  ])
  return { ...Object.fromEntries(operations), ...rest } as Client
}
