import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** How the account and its one test behave. Everything has the shape of the service's API version 4. */
export interface Behaviour {
  /** Statuses in the order in which they are seen; the last one stays. */
  readonly statuses?: readonly { readonly progress: number; readonly status: string }[]
  readonly ciStatus?: { readonly failures?: unknown[]; readonly errors?: unknown[] }
  readonly master?: Readonly<Record<string, unknown>>
  readonly thresholds?: unknown
  readonly summary?: Readonly<Record<string, number>>
  readonly aggregate?: unknown
  /** The test with this id is a multi-test. */
  readonly multi?: boolean
  readonly testType?: string
  /** Answers instead, when it wants to. */
  readonly override?: (route: string, count: number) => Answer | undefined
}

export interface Answer {
  readonly status: number
  readonly error?: { readonly code: number; readonly message: string } | null
  readonly result?: unknown
  /** Sent as it is. */
  readonly raw?: string
}

export interface BlazeMeterServer {
  readonly url: string
  /** `GET /tests/12`, in order. */
  readonly seen: string[]
  readonly bodies: Record<string, string>
  stop(): Promise<void>
}

export const account = { apiKeyId: 'key-id', apiKeySecret: 'key-secret-value' }
const authorization = `Basic ${Buffer.from('key-id:key-secret-value').toString('base64')}`
export const running = [
  { progress: 0, status: 'CREATED' },
  { progress: 60, status: 'BOOTING' },
  { progress: 110, status: 'DATA_RECEIVED' },
  { progress: 140, status: 'ENDED' },
]

/** BlazeMeter's API on loopback, for test 12 and its run 77. */
export async function startBlazeMeter(behaviour: Behaviour = {}): Promise<BlazeMeterServer> {
  const seen: string[] = []
  const bodies: Record<string, string> = {}
  let polls = 0

  function answerTo(route: string): Answer {
    const count = seen.filter((entry) => entry === route).length
    const own = behaviour.override?.(route, count)
    if (own !== undefined) return own
    const statuses = behaviour.statuses ?? running
    const routes: Record<string, () => unknown> = {
      [`GET /${behaviour.multi ? 'multi-tests' : 'tests'}/12`]: () => ({
        id: 12,
        name: 'Home page',
        ...(behaviour.multi
          ? { collectionType: behaviour.testType ?? 'multi' }
          : { configuration: { type: behaviour.testType ?? 'taurus' } }),
      }),
      [`POST /${behaviour.multi ? 'multi-tests' : 'tests'}/12/start`]: () => ({ id: 77, name: 'Home page' }),
      'PATCH /masters/77': () => ({ id: 77 }),
      'POST /masters/77/public-token': () => ({ publicToken: 'tok' }),
      'GET /masters/77/status?events=false': () => statuses[Math.min(polls++, statuses.length - 1)],
      'GET /masters/77': () => ({ id: 77, hasData: true, ...behaviour.master }),
      'GET /masters/77/ci-status': () => behaviour.ciStatus ?? { masterId: 77, failures: [], errors: [] },
      'GET /masters/77/full': () => ({ id: 77, hasThresholds: behaviour.thresholds !== undefined }),
      'GET /masters/77/reports/thresholds?external=false&source=default': () => behaviour.thresholds,
      'GET /masters/77/reports/main/summary': () => ({
        summary: [
          {
            avg: 120.5,
            min: 80,
            max: 900,
            tp90: 250,
            hits: 2000,
            failed: 10,
            first: 1000,
            last: 1100,
            ...behaviour.summary,
          },
        ],
      }),
      'GET /masters/77/reports/aggregatereport/data': () =>
        behaviour.aggregate ?? [{ labelName: 'ALL', '90line': 250, '95line': 400, '99line': 800 }],
      'POST /masters/77/stop': () => true,
      'POST /masters/77/terminate': () => true,
    }
    const known = routes[route]
    if (known === undefined) return { status: 404, error: { code: 404, message: 'Not Found: test not found' } }
    return { status: route.endsWith('/start') ? 202 : 200, result: known() }
  }

  async function serve(request: IncomingMessage, response: ServerResponse) {
    const route = `${request.method} ${request.url?.replace('/api/v4', '')}`
    seen.push(route)
    let body = ''
    for await (const piece of request) body += piece
    bodies[route] = body
    const refused: Answer = { status: 401, error: { code: 401, message: 'Unauthorized' } }
    const answer = request.headers.authorization === authorization ? answerTo(route) : refused
    const envelope = JSON.stringify({ api_version: 4, error: answer.error ?? null, result: answer.result ?? null })
    response.writeHead(answer.status, { 'content-type': 'application/json' }).end(answer.raw ?? envelope)
  }

  const server = createServer((request, response) => void serve(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    bodies,
    stop() {
      server.closeAllConnections()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}
