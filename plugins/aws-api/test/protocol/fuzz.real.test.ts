/** Rubbish of every kind: never a 500, never a hang, and never an effect without a good signature. */
import fc from 'fast-check'
import { read } from '../../../../core/src/shape/reader.js'
import { sign } from '../sigv4/signer.js'
import { headers, inputOf, method } from '../support/arbitraries.js'
import { type BucketUnderTest, startBucket } from '../support/bucket.js'
import { operationNamed, operationNames } from '../support/operations.js'
import { type ApiUnderTest, startApi } from '../support/server.js'
import { exchange, statusOf, wire } from '../support/socket.js'

const numRuns = Number(process.env.PENSTOCK_FUZZ ?? 200)
jest.setTimeout(60_000 + numRuns * 50)
const called: { name: string; input: unknown }[] = []
let api: ApiUnderTest
let store: BucketUnderTest

beforeAll(async () => {
  // An engine that takes whatever gets through to it, and remembers.
  const operations = new Proxy(
    {},
    {
      get: (_, name) => async (_by: unknown, input: unknown) => {
        called.push({ name: String(name), input })
        return {}
      },
    },
  )
  api = await startApi({ operations })
  store = await startBucket()
})
afterAll(async () => {
  await api.stop()
  await store.stop()
})
beforeEach(() => {
  called.length = 0
})

test('unsigned rubbish', async () => {
  const body = fc.oneof(
    fc.string(),
    fc.json(),
    fc.uint8Array().map((data) => Buffer.from(data)),
  )
  const path = fc.oneof(fc.constant('/'), fc.webPath(), fc.stringMatching(/^\/[!-~]{0,40}$/))
  await fc.assert(
    fc.asyncProperty(method, path, headers, body, fc.boolean(), async (method, path, headers, body, toBucket) => {
      const { port } = toBucket ? store : api
      const answer = await exchange(port, wire(method, path, { host: `127.0.0.1:${port}`, ...headers }, body))
      expect(statusOf(answer)).toBeGreaterThanOrEqual(400)
      expect([500, 502, 503]).not.toContain(statusOf(answer))
      expect(called).toEqual([])
    }),
    { numRuns },
  )
  expect(store.log.lines.filter(({ level }) => level === 'error')).toEqual([])
})

test('well-signed inputs of every kind: what gets through is what the model allows', async () => {
  const request = fc
    .constantFrom(...operationNames)
    .chain((name) => fc.tuple(fc.constant(name), inputOf(operationNamed(name)?.input ?? { kind: 'boolean' })))
  await fc.assert(
    fc.asyncProperty(request, async ([name, value]) => {
      called.length = 0
      const body = JSON.stringify(value)
      const host = `127.0.0.1:${api.port}`
      const signed = await sign(host, { body, headers: { 'x-amz-target': `CodePipeline_20150709.${name}` } })
      const answer = await exchange(api.port, wire('POST', '/', signed, body))
      expect([200, 400]).toContain(statusOf(answer))
      expect(called).toHaveLength(statusOf(answer) === 200 ? 1 : 0)
      const operation = operationNamed(name)
      if (operation && called.length > 0) expect(() => read(operation.input, JSON.parse(body))).not.toThrow()
    }),
    { numRuns },
  )
  // A changed length makes the client hang up, which is noted for whoever debugs; nothing else may be said.
  expect(api.log.lines.filter(({ level }) => level !== 'debug')).toEqual([])
})

test('a signed request with a few bytes changed does what it said, or nothing', async () => {
  const body = '{"name":"shop"}'
  const host = `127.0.0.1:${api.port}`
  const changes = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 })), { minLength: 1, maxLength: 3 })
  let through = 0
  await fc.assert(
    fc.asyncProperty(changes, async (changes) => {
      called.length = 0
      const target = {
        'x-amz-target': 'CodePipeline_20150709.DeletePipeline',
        'user-agent': 'a client with a long name',
      }
      const good = wire('POST', '/', await sign(host, { body, headers: target }), body)
      for (const [at, by] of changes) good[at % good.length] = (good[at % good.length] ?? 0) ^ by
      const answer = await exchange(api.port, good, { hangUp: true })
      expect(statusOf(answer)).toBeLessThan(500)
      if (called.length === 0) return
      through++
      expect(called).toEqual([{ name: 'deletePipeline', input: { name: 'shop' } }])
    }),
    { numRuns },
  )
  // The user agent is not signed: a change in it alone gets through, which shows that the others were refused for cause.
  expect(through).toBeLessThan(numRuns)
  // A changed length makes the client hang up, which is noted for whoever debugs; nothing else may be said.
  expect(api.log.lines.filter(({ level }) => level !== 'debug')).toEqual([])
})
