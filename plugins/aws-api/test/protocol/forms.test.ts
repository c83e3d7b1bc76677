/** The forms in which one and the same request may come, and what is made of each. */
import { gzipSync } from 'node:zlib'
import { sign } from '../sigv4/signer.js'
import { type RawRequest, send } from '../support/raw.js'
import { type ApiUnderTest, startApi } from '../support/server.js'
import { exchange, statusOf } from '../support/socket.js'

const called: unknown[] = []
const limit = 100_000
let api: ApiUnderTest

beforeAll(async () => {
  api = await startApi(
    {
      operations: {
        getPipelineState: async (_, input: never) => {
          called.push(input)
          return { pipelineName: 'shop' }
        },
      },
    },
    limit,
  )
})
afterAll(() => api.stop())
beforeEach(() => {
  called.length = 0
})

const host = () => `127.0.0.1:${api.port}`
const target = {
  'content-type': 'application/x-amz-json-1.1',
  'x-amz-target': 'CodePipeline_20150709.GetPipelineState',
}
const json = JSON.stringify({ name: 'shop' })

async function call(body: string | Buffer, headers: Record<string, string> = {}, change: RawRequest = {}) {
  const signed = await sign(host(), { body, headers: { ...target, ...headers } })
  const answer = await send(api.port, { headers: signed, body, ...change })
  return { status: answer.status, ...JSON.parse(answer.body) }
}

test('an absolute address, as for a proxy, is the same as its path', async () => {
  expect(await call(json, {}, { path: `http://${host()}/` })).toMatchObject({ status: 200 })
  expect(await call(json, {}, { path: `http://${host()}` })).toMatchObject({ status: 200 })
  expect(await call(json, {}, { path: `http://${host()}/elsewhere` })).toMatchObject({
    __type: 'InvalidSignatureException',
  })
})

describe('a compressed body', () => {
  const gzip = { 'content-encoding': 'gzip' }

  test('is read; what is signed are its compressed bytes', async () => {
    expect(await call(gzipSync(json), gzip)).toMatchObject({ status: 200 })
    expect(called).toEqual([{ name: 'shop' }])
  })

  test('may not become larger than any other', async () => {
    const bomb = gzipSync(JSON.stringify({ name: 'shop', more: ' '.repeat(limit) }))
    expect(bomb.length).toBeLessThan(1000)
    expect(await call(bomb, gzip)).toMatchObject({ status: 413, __type: 'RequestEntityTooLargeException' })
    expect(called).toEqual([])
  })

  test.each([
    ['is not in the format', json, gzip, /not in gzip format/],
    ['is cut off', gzipSync(json).subarray(0, 20), gzip, /not in gzip format/],
    ['has another encoding', json, { 'content-encoding': 'br' }, /Content-Encoding must be gzip/],
  ])('that %s is refused', async (_, body, headers, message) => {
    expect(await call(body, headers)).toMatchObject({
      status: 400,
      __type: 'SerializationException',
      message: expect.stringMatching(message),
    })
  })
})

test.each([
  ['HTTP/1.0', 'POST / HTTP/1.0', { 'content-length': json.length }, json],
  [
    'chunks',
    'POST / HTTP/1.1',
    { 'transfer-encoding': 'chunked' },
    `${json.length.toString(16)}\r\n${json}\r\n0\r\n\r\n`,
  ],
])('%s', async (_, line, framing, body) => {
  const signed = { ...(await sign(host(), { body: json, headers: target })), ...framing, connection: 'close' }
  const head = Object.entries(signed).map(([name, value]) => `${name}: ${value}`)
  const answer = await exchange(api.port, Buffer.from([line, ...head, '', body].join('\r\n')))
  expect(statusOf(answer)).toBe(200)
})

test('two requests in one piece are answered one after the other', async () => {
  const headers = { ...(await sign(host(), { body: json, headers: target })), 'content-length': json.length }
  const head = Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
  const one = (last: string[]) => ['POST / HTTP/1.1', ...head, ...last, '', json].join('\r\n')
  const answer = await exchange(api.port, Buffer.from(one([]) + one(['connection: close'])))
  expect(answer.match(/HTTP\/1\.1 200/g)).toHaveLength(2)
})
