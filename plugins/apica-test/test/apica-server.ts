import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** An object goes out as JSON, text as it is. */
export type Answer = readonly [status: number, body: unknown]

export interface ApicaServer {
  readonly url: string
  /** `GET /selfservicejobs/5`, in order. */
  readonly seen: string[]
  /** Of the requests in `seen`. */
  readonly bodies: string[]
  /** By route: what to answer instead, one after the other. */
  readonly overrides: Record<string, Answer[]>
  stop(): void
}

/** The only one that is let in. */
export const token = 'apica&token'

export const report = {
  'Link to testresults': 'https://apica.example.com/5',
  'Performance summary': {
    'Total passed loops': 97,
    'Total failed loops': '3',
    'Average response time per page (s)': '1.25',
    'Web transaction rate (Hits/s)': 40,
  },
}

/** Apica's API on loopback: preset smoke, file Home.class, job 5 that needs three looks; with preset soak it does not end. */
export async function startApica(): Promise<ApicaServer> {
  const seen: string[] = []
  const bodies: string[] = []
  const overrides: Record<string, Answer[]> = {}
  let looks = 0
  const isOver = () => looks++ >= 2 && !bodies.some((body) => body.includes('soak'))
  const routes: Record<string, () => Answer> = {
    'GET /selfservicepresets/smoke': () => [200, { TestInstanceName: 'smoke' }],
    'GET /selfservicepresets/soak': () => [200, { TestInstanceName: 'soak' }],
    'GET /selfservicefiles/Home.class': () => [200, {}],
    'POST /selfservicejobs/preset': () => [200, { jobid: 5, exception: '' }],
    'GET /selfservicejobs/5': () => [
      200,
      { id: 5, message: `look ${looks}`, completed: isOver(), error: false, exception: null },
    ],
    'GET /selfservicejobs/5/summary': () => [200, report],
  }
  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? '', 'http://x')
    const route = `${request.method} ${url.pathname}`
    seen.push(route)
    let body = ''
    for await (const piece of request) body += piece
    bodies.push(body)
    const refused: Answer = [401, 'Invalid token']
    const [status, content] =
      url.searchParams.get('token') === token
        ? (overrides[route]?.shift() ?? routes[route]?.() ?? [404, 'not found'])
        : refused
    response.writeHead(status).end(typeof content === 'string' ? content : JSON.stringify(content))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const stop = () => {
    server.closeAllConnections()
    server.close()
  }
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen, bodies, overrides, stop }
}
