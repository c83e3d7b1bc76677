import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** How the one job, team/site, behaves. */
export interface Behaviour {
  /** Looks at the queue before it runs. */
  readonly queued?: number
  readonly cancelledInQueue?: boolean
  /** The queue item is forgotten, as five minutes after it left the queue. */
  readonly forgetful?: boolean
  /** Answers a start with a redirection to the job, as Jenkins did before it named the queue item. */
  readonly old?: boolean
  /** Wants a crumb and its session with every POST. */
  readonly crumbs?: boolean
  readonly log?: readonly string[]
  readonly result?: string
  readonly artifacts?: Readonly<Record<string, string>>
  /** Runs until it is stopped. */
  readonly endless?: boolean
  readonly override?: (route: string) => number | undefined
}

export interface JenkinsServer {
  readonly url: string
  readonly seen: string[]
  readonly bodies: Record<string, string>
  stop(): Promise<void>
}

const authorization = `Basic ${Buffer.from('ann:the-api-token').toString('base64')}`

/** Jenkins' remote API on loopback: job team/site, queue item 31, build 8. */
export async function startJenkins(behaviour: Behaviour = {}): Promise<JenkinsServer> {
  const seen: string[] = []
  const bodies: Record<string, string> = {}
  const log = [...(behaviour.log ?? ['Started by user ann\n', 'Building\r\n', 'Finished\n'])]
  const job = '/job/team/job/site'
  let queueLooks = 0
  let started = false
  let shown = 0

  function answer(route: string, request: IncomingMessage, response: ServerResponse) {
    const send = (status: number, body: unknown = '', headers: Record<string, string> = {}) => {
      response.writeHead(status, headers).end(typeof body === 'string' ? body : JSON.stringify(body))
    }
    const forced = behaviour.override?.(route)
    if (forced !== undefined) return send(forced, `<html><title>Error ${forced}</title>`)
    if (request.headers.authorization !== authorization) return send(401, '<title>Error 401 Unauthorized</title>')
    if (route === 'GET /crumbIssuer/api/json') {
      const body = { crumbRequestField: 'Jenkins-Crumb', crumb: 'c0ffee' }
      return send(200, body, { 'set-cookie': 'JSESSIONID.ab12=node0xyz; Path=/; HttpOnly' })
    }
    if (request.method === 'POST' && behaviour.crumbs) {
      const good =
        request.headers['jenkins-crumb'] === 'c0ffee' && request.headers.cookie === 'JSESSIONID.ab12=node0xyz'
      if (!good) return send(403, 'No valid crumb was included in the request')
    }
    const [path, query = ''] = route.split('?')
    switch (path) {
      case `GET ${job}/api/json`:
        if (query.includes('builds'))
          return send(200, {
            builds: [
              { number: 8, queueId: 31 },
              { number: 7, queueId: 30 },
            ],
          })
        return send(200, { nextBuildNumber: 8, buildable: true })
      case `POST ${job}/build`:
      case `POST ${job}/buildWithParameters`:
        started = true
        if (behaviour.old) return send(302, '', { location: `http://${request.headers.host}${job}/api/json` })
        return send(201, '', { location: `http://jenkins.internal/queue/item/31/` })
      case 'GET /queue/item/31/api/json':
        if (behaviour.forgetful) return send(404)
        if (behaviour.cancelledInQueue) return send(200, { cancelled: true })
        if (queueLooks++ < (behaviour.queued ?? 0))
          return send(200, { why: 'Waiting for next available executor', executable: null })
        return send(200, { why: null, executable: { number: 8, url: 'http://jenkins.internal/job/team/job/site/8/' } })
      case `GET ${job}/8/api/json`: {
        if (!started && behaviour.old) return send(404)
        if (query.includes('artifacts')) {
          return send(200, {
            artifacts: Object.keys(behaviour.artifacts ?? {}).map((relativePath) => ({ relativePath })),
          })
        }
        const building = behaviour.endless === true || shown < log.length - 1
        return send(200, {
          building,
          number: 8,
          duration: 5,
          result: building ? null : (behaviour.result ?? 'SUCCESS'),
        })
      }
      case `GET ${job}/8/logText/progressiveText`: {
        const text = log.join('')
        const start = Number(new URLSearchParams(query).get('start'))
        shown = Math.min(shown + 1, log.length)
        const end = Math.max(start, log.slice(0, shown).join('').length)
        const more: Record<string, string> = shown < log.length || behaviour.endless ? { 'x-more-data': 'true' } : {}
        return send(200, text.slice(start, end), { 'x-text-size': String(end), ...more })
      }
      case 'POST /queue/cancelItem':
        return send(204)
      case `POST ${job}/8/stop`:
        return send(302, '', { location: `http://jenkins.internal${job}/8/` })
      default: {
        const file = decodeURIComponent(path?.split(`GET ${job}/8/artifact/`)[1] ?? '')
        const content = behaviour.artifacts?.[file]
        return content === undefined ? send(404) : send(200, content)
      }
    }
  }

  async function serve(request: IncomingMessage, response: ServerResponse) {
    const route = `${request.method} ${request.url}`
    seen.push(route)
    let body = ''
    for await (const piece of request) body += piece
    bodies[route] = body
    answer(route, request, response)
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
