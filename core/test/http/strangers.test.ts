import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { createHttpApp } from '../../src/http/http-app.js'
import { type Listening, listen } from '../../src/http/listen.js'
import { senderKnown, strangerLimits } from '../../src/http/strangers.js'
import { FakeClock } from '../../src/testkit/fake-clock.js'

let clock: FakeClock
let server: Listening
const limit = 20
const log = { debug() {}, info() {}, warn() {}, error() {} }

beforeEach(async () => {
  clock = new FakeClock()
  const handle = createHttpApp({
    clock,
    log,
    unfinishedLimit: limit,
    mounts: () => [
      {
        plugin: 'p',
        mount: {
          prefix: '/',
          handle: async (request, response) => {
            if (request.headers.authorization === 'known') senderKnown(request)
            const body = await text(request).catch(() => undefined)
            if (!response.headersSent) response.end(`got ${body?.length}`)
          },
        },
      },
    ],
    ready: () => true,
    storageProblem: async () => undefined,
    version: '1',
    metricsFor: 'off',
    metrics: async () => ({ type: '', text: '' }),
    onAnswer: () => undefined,
    onPluginError: () => undefined,
  })
  server = await listen(handle, '127.0.0.1', 0)
})
afterEach(() => server.close(0))

/** Sends the beginning of a request with a body of ten bytes. */
async function begin(headers = '') {
  const socket = connect(server.port, '127.0.0.1')
  const answer = text(socket).catch(() => '')
  await new Promise<void>((resolve) => socket.once('connect', resolve))
  socket.write(`POST / HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 10\r\n${headers}\r\n01234`)
  return { socket, answer, finish: () => socket.write('56789') }
}

/** Until the server has as many timers as requests that it watches. */
async function watched(count: number): Promise<void> {
  while (clock.pending !== count) await new Promise((resolve) => setImmediate(resolve))
}

test('a body that a stranger does not end is ended after half a minute', async () => {
  const request = await begin()
  await watched(1)
  await clock.advance(strangerLimits.bodyMs)
  expect(await request.answer).toMatch(/^HTTP\/1\.1 408 [\s\S]*not complete within 30 s/)
})

test('a known sender takes the time that it takes', async () => {
  const request = await begin('authorization: known\r\n')
  await watched(0)
  await clock.advance(10 * strangerLimits.bodyMs)
  request.finish()
  expect(await request.answer).toMatch(/got 10$/)
})

test('of strangers who send at once, those beyond the limit are refused, and room is made as others end', async () => {
  const all = await Promise.all(Array.from({ length: limit }, () => begin()))
  await watched(limit)
  const refused = await begin()
  expect(await refused.answer).toMatch(/^HTTP\/1\.1 503 /)
  all[0]?.finish()
  expect(await all[0]?.answer).toMatch(/got 10$/)
  all[1]?.socket.destroy()
  await watched(limit - 2)
  const next = await begin()
  next.finish()
  expect(await next.answer).toMatch(/got 10$/)
  for (const { socket } of all) socket.destroy()
})
