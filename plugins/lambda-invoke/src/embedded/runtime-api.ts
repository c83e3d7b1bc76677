import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What became of an invocation, as the function's runtime told it. */
export type InvocationEnd =
  | { readonly kind: 'response' }
  | {
      readonly kind: 'error'
      readonly errorType: string
      readonly errorMessage: string
      readonly stack: readonly string[]
    }

/** Lambda's Runtime API on loopback, for one invocation. */
export interface RuntimeApi {
  /** `127.0.0.1:PORT`, for AWS_LAMBDA_RUNTIME_API. */
  readonly address: string
  readonly requestId: string
  /** Resolves when the runtime posted the response or an error. */
  readonly ended: Promise<InvocationEnd>
  stop(): void
}

export interface Invocation {
  readonly event: unknown
  /** Epoch milliseconds. */
  readonly deadline: number
  readonly functionArn: string
}

const version = '/2018-06-01/runtime'
/** Lambda's own limit for an answer, and then some. */
const largestBody = 8 * 1024 * 1024

/** Serves `invocation` to whoever asks for the next one first; a second `next` waits, as a frozen function does. */
export async function startRuntimeApi(invocation: Invocation): Promise<RuntimeApi> {
  const requestId = randomUUID()
  let settle: (end: InvocationEnd) => void = () => undefined
  const ended = new Promise<InvocationEnd>((resolve) => {
    settle = resolve
  })
  let handedOut = false

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const route = `${request.method} ${request.url}`
    if (route === `GET ${version}/invocation/next`) {
      if (handedOut) return // Held until the process is ended.
      handedOut = true
      response.writeHead(200, headersOf(requestId, invocation)).end(JSON.stringify(invocation.event))
      return
    }
    const body = await bodyOf(request)
    if (route === `POST ${version}/invocation/${requestId}/response`) settle({ kind: 'response' })
    else if (route === `POST ${version}/invocation/${requestId}/error` || route === `POST ${version}/init/error`) {
      settle(errorFrom(body))
    } else {
      return reply(response, 404, { errorType: 'InvalidRequest', errorMessage: `there is no ${route}` })
    }
    reply(response, 202, { status: 'OK' })
  }

  const server = createServer((request, response) => {
    answer(request, response).catch((error: Error) => response.destroy(error))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    address: `127.0.0.1:${port}`,
    requestId,
    ended,
    stop() {
      server.close()
      server.closeAllConnections()
    },
  }
}

function headersOf(requestId: string, { deadline, functionArn }: Invocation) {
  const hex = randomUUID().replaceAll('-', '')
  return {
    'content-type': 'application/json',
    'lambda-runtime-aws-request-id': requestId,
    'lambda-runtime-deadline-ms': String(deadline),
    'lambda-runtime-invoked-function-arn': functionArn,
    'lambda-runtime-trace-id': `Root=1-${hex.slice(0, 8)}-${hex.slice(8)};Sampled=0`,
  }
}

function reply(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = []
  let size = 0
  for await (const piece of request) {
    size += (piece as Buffer).length
    if (size > largestBody) throw new Error('the body is larger than 8 MiB')
    pieces.push(piece as Buffer)
  }
  return Buffer.concat(pieces).toString('utf8')
}

function errorFrom(body: string): InvocationEnd {
  const error = parse(body)
  const stack = error.stackTrace ?? error.trace
  return {
    kind: 'error',
    errorType: String(error.errorType ?? 'Error'),
    errorMessage: String(error.errorMessage ?? body.slice(0, 500)),
    stack: Array.isArray(stack) ? stack.map(String) : [],
  }
}

function parse(body: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(body)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}
