/** Followers outlive a server that is away: real connections, a clock and pauses that the test moves. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Client } from '../../src/cli/api/client.js'
import { httpClient } from '../../src/cli/api/http-client.js'
import { Refused, Unreachable } from '../../src/cli/api/refusal.js'
import { patient } from '../../src/cli/follow/patient.js'

type Handler = (request: IncomingMessage, response: ServerResponse) => void

let server: Server | undefined
let client: Client
let port = 0
let now: number
let notes: string[]
/** What happens during the pauses, one after another; afterwards time passes and nothing else. */
let pauses: (() => void | Promise<void>)[]

const json =
  (body: object, status = 200): Handler =>
  (_, response) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  }
const pieceOf = json({ text: 'line\n', next: 5, complete: false })

async function listen(handle: Handler): Promise<void> {
  server = createServer(handle)
  await new Promise<void>((resolve) => server?.listen(port, '127.0.0.1', resolve))
  port = (server.address() as AddressInfo).port
}

async function vanish(): Promise<void> {
  const going = server
  server = undefined
  going?.closeAllConnections()
  if (going !== undefined) await new Promise((resolve) => going.close(resolve))
}

beforeEach(async () => {
  now = 0
  notes = []
  pauses = []
  port = 0
  await listen(pieceOf)
  const raw = httpClient({
    endpoint: `http://127.0.0.1:${port}`,
    region: 'us-east-1',
    pageUrl: '',
    keys: async () => ({ accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'secret' }),
  })
  client = patient(raw, {
    note: (text) => notes.push(text),
    now: () => now,
    sleep: async (ms) => {
      now += ms
      await pauses.shift()?.()
    },
  })
})
afterEach(async () => {
  client.close()
  await vanish()
})

const read = (wait = 0) =>
  client.readLog({ pipelineName: 'p', pipelineExecutionId: 'e', actionExecutionId: 'a', from: 0, wait })

test('a server that starts anew in a moment is not worth a word', async () => {
  await read()
  await vanish()
  pauses = [() => listen(pieceOf)]
  expect((await read()).next).toBe(5)
  expect(notes).toEqual([])
})

test('a server that is away for longer is told of once, and its return too', async () => {
  await vanish()
  pauses = [...Array.from({ length: 20 }, () => () => {}), () => listen(pieceOf)]
  expect((await read()).text).toBe('line\n')
  expect(notes).toEqual([
    expect.stringMatching(/^the server is away .*: trying again for 10 minutes$/),
    'the server is back',
  ])
})

test('after ten minutes it is given up, with the reason', async () => {
  await vanish()
  await expect(read()).rejects.toThrow(/cannot be reached \(nothing listens there\).*\(tried for 10 minutes\)/)
  await expect(read()).rejects.toBeInstanceOf(Unreachable)
})

test('a connection that is cut in the middle of an answer is made anew', async () => {
  await vanish()
  await listen((_, response) => {
    response.writeHead(200, { 'content-length': '100' }).write('{"text"')
    response.socket?.destroy()
  })
  pauses = [vanish, () => listen(pieceOf)]
  expect((await read()).next).toBe(5)
})

test.each([502, 503, 504])('what a proxy answers in the place of the server (%d) is waited out', async (status) => {
  await vanish()
  const waits: (string | undefined)[] = []
  await listen((request, response) => {
    const wait = request.headers['x-penstock-wait-seconds'] as string | undefined
    waits.push(wait)
    if (Number(wait ?? 0) < 10) pieceOf(request, response)
    else response.writeHead(status).end('<html>Gateway</html>')
  })
  expect((await read(20)).next).toBe(5)
  // And from now on it is asked to wait for less than the proxy bears.
  expect((await read(20)).next).toBe(5)
  expect(waits[0]).toBe('20')
  expect(waits.filter((wait) => wait === '20')).toHaveLength(1)
})

test('what the server refuses is said at once', async () => {
  await vanish()
  await listen(json({ __type: 'AccessDeniedException', message: 'no' }, 400))
  await expect(read()).rejects.toBeInstanceOf(Refused)
  expect(now).toBe(0)
})
