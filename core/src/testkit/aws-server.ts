/** A small server of our own for tests: answers the SDK's JSON and Query protocols with what a test scripts. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/**
 * What was asked: the operation, and its input as the service's API writes it (in the Query protocol every value is text).
 * @example
 * const started = (calls: readonly AwsCall[]) => calls.filter(({ operation }) => operation === 'StartExecution')
 */
export interface AwsCall {
  readonly operation: string
  // biome-ignore lint/suspicious/noExplicitAny: inputs are what each test knows them to be
  readonly input: any
}

/**
 * An operation's answer, as the service's API writes it; throw an AwsError for a refusal.
 * @example
 * const answers: AwsAnswers = { DescribeStacks: ({ StackName }) => ({ Stacks: [{ StackName, StackStatus: 'CREATE_COMPLETE' }] }) }
 */
export type AwsAnswers = Readonly<Record<string, (input: AwsCall['input']) => unknown>>

/**
 * A refusal of the service's.
 * @example
 * throw new AwsError('ValidationError', 'Stack with id site does not exist')
 */
export class AwsError extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly status = 400,
  ) {
    super(message)
  }
}

/**
 * The server, and what it was asked so far.
 * @example
 * const server: TestAwsServer = await startAwsServer({ ListClusters: () => ({ clusterArns: [] }) })
 * await server.stop()
 */
export interface TestAwsServer {
  readonly endpoint: string
  readonly calls: AwsCall[]
  /** May be changed while it runs. */
  answers: AwsAnswers
  stop(): Promise<void>
}

/**
 * Starts it on the loopback address. It checks no signatures: the SDK as client is what checks the shapes.
 * @example
 * const server = await startAwsServer({ StopExecution: () => ({ stopDate: 0 }) })
 * console.log(server.endpoint)
 */
export async function startAwsServer(answers: AwsAnswers): Promise<TestAwsServer> {
  const calls: AwsCall[] = []
  const server = createServer((request, response) => void answer(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const started: TestAwsServer = {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    answers,
    async stop() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return started

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = ''
    for await (const piece of request) body += piece
    const target = request.headers['x-amz-target']
    const call = typeof target === 'string' ? jsonCall(target, body) : queryCall(body)
    calls.push(call)
    const protocol = typeof target === 'string' ? json : query
    try {
      const run = started.answers[call.operation]
      if (!run) throw new AwsError('InvalidAction', `the test answers no ${call.operation}`)
      protocol.answer(response, call.operation, await run(call.input))
    } catch (error) {
      const refusal = error instanceof AwsError ? error : new AwsError('InternalFailure', String(error), 500)
      protocol.refuse(response, refusal)
    }
  }
}

function jsonCall(target: string, body: string): AwsCall {
  return { operation: target.split('.').at(-1) ?? '', input: body === '' ? {} : JSON.parse(body) }
}

/** `Parameters.member.1.ParameterKey=Size`: what is numbered is a list. */
function queryCall(body: string): AwsCall {
  const input: Record<string, unknown> = {}
  for (const [name, value] of new URLSearchParams(body)) {
    const path = name.split('.').filter((step) => step !== 'member')
    let at = input
    for (const [index, step] of path.entries()) {
      if (index === path.length - 1) at[step] = value
      else {
        at[step] ??= {}
        at = at[step] as Record<string, unknown>
      }
    }
  }
  const { Action, Version: _, ...rest } = asLists(input) as Record<string, unknown>
  return { operation: String(Action), input: rest }
}

function asLists(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value)
  if (entries.length > 0 && entries.every(([key]) => /^\d+$/.test(key))) return entries.map(([, one]) => asLists(one))
  return Object.fromEntries(entries.map(([key, one]) => [key, asLists(one)]))
}

const json = {
  answer(response: ServerResponse, _operation: string, output: unknown): void {
    response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(output ?? {}))
  },
  refuse(response: ServerResponse, { status, code, message }: AwsError): void {
    response
      .writeHead(status, { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-errortype': code })
      .end(JSON.stringify({ __type: code, message }))
  },
}

const query = {
  answer(response: ServerResponse, operation: string, output: unknown): void {
    const result = `<${operation}Result>${xml(output ?? {})}</${operation}Result>`
    response
      .writeHead(200, { 'content-type': 'text/xml' })
      .end(
        `<${operation}Response>${result}<ResponseMetadata><RequestId>r-1</RequestId></ResponseMetadata></${operation}Response>`,
      )
  },
  refuse(response: ServerResponse, { status, code, message }: AwsError): void {
    response
      .writeHead(status, { 'content-type': 'text/xml' })
      .end(
        `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${escaped(message)}</Message></Error><RequestId>r-1</RequestId></ErrorResponse>`,
      )
  },
}

function xml(value: unknown): string {
  if (Array.isArray(value)) return value.map((one) => `<member>${xml(one)}</member>`).join('')
  if (typeof value !== 'object' || value === null) return escaped(String(value))
  return Object.entries(value)
    .filter(([, one]) => one !== undefined)
    .map(([name, one]) => `<${name}>${xml(one)}</${name}>`)
    .join('')
}

const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
