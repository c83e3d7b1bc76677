import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { FakeClock } from '../../src/testkit/fake-clock'
import { createHttpClient } from '../../src/worker/http-client'
import { until } from './fixtures/until'

let server: Server
let url: string
let answer: (request: IncomingMessage, response: ServerResponse, body: string) => void
let requests: string[]
let clock: FakeClock
let stop: AbortController

beforeEach(async () => {
  requests = []
  clock = new FakeClock()
  stop = new AbortController()
  server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    requests.push(`${request.method} ${request.url} ${body}`)
    answer(request, response, body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})

afterEach(async () => {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})

const client = () => createHttpClient({ clock, signal: stop.signal, mask: (text) => text.replaceAll('hush', '****') })

/** Moves the clock while a request waits for its next try. */
async function finish<T>(work: Promise<T>): Promise<T> {
  let done = false
  work.then(
    () => (done = true),
    () => (done = true),
  )
  while (!done) {
    await clock.advance(1_000)
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
  return work
}

test('sends and reads JSON', async () => {
  answer = (request, response, body) => {
    response.setHeader('x-type', request.headers['content-type'] ?? '')
    response.end(body)
  }
  const response = await client().request(`${url}/a?b=c`, { method: 'POST', body: { é: 1 } })
  expect([response.status, response.ok, response.json(), response.headers['x-type']]).toEqual([
    200,
    true,
    { é: 1 },
    'application/json',
  ])
  expect(requests).toEqual(['POST /a?b=c {"é":1}'])
})

test.each([
  { it: 'a GET that fails with 503 is tried four times', method: 'GET' as const, status: 503, tries: 4 },
  { it: 'one that is asked to slow down, too', method: 'HEAD' as const, status: 429, tries: 4 },
  { it: 'a POST is never repeated', method: 'POST' as const, status: 503, tries: 1 },
  { it: 'nor what the caller did wrong', method: 'GET' as const, status: 404, tries: 1 },
])('$it', async ({ method, status, tries }) => {
  answer = (_request, response) => response.writeHead(status).end()
  expect((await finish(client().request(url, { method }))).status).toBe(status)
  expect(requests).toHaveLength(tries)
})

test('waits as long as the server asks', async () => {
  answer = (_request, response) => response.writeHead(requests.length > 1 ? 200 : 429, { 'retry-after': '20' }).end()
  const began = clock.now()
  expect((await finish(client().request(url))).status).toBe(200)
  expect(clock.now() - began).toBeGreaterThanOrEqual(20_000)
})

test('names method and place when nobody answers, and no secret', async () => {
  const { port } = server.address() as AddressInfo
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
  const failing = client().request(`http://127.0.0.1:${port}/hush/v4?token=s3cret`, { retries: 1 })
  await expect(finish(failing)).rejects.toMatchObject({
    type: 'SystemUnavailable',
    message: expect.stringMatching(/^GET http:\/\/127\.0\.0\.1:\d+\/\*\*\*\*\/v4 failed after 2 tries: .*ECONNREFUSED/),
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
})

test('gives up a try at its time limit', async () => {
  answer = () => {}
  const failing = client().request(url, { timeout: 5_000, retries: 0 })
  const rejected = expect(failing).rejects.toThrow('failed: no answer within 5 s')
  await until(() => requests.length === 1, 5_000, 'the request')
  await clock.advance(5_000)
  await rejected
})

test('ends with the job', async () => {
  answer = () => {}
  const rejected = expect(client().request(url)).rejects.toThrow('stopped')
  await until(() => requests.length === 1, 5_000, 'the request')
  stop.abort(new Error('stopped'))
  await rejected
  expect(clock.pending).toBe(0)
})

test('quotes what is not JSON, masked', async () => {
  answer = (_request, response) => response.writeHead(502).end('<html>hush\n bad gateway</html>')
  const response = await client().request(url, { retries: 0 })
  expect(() => response.json()).toThrow('answered 502 with what is not JSON: <html>**** bad gateway</html>')
})

test('says what is wrong with an address without repeating it', async () => {
  await expect(client().request('token=hush')).rejects.toThrow('not a URL')
})
