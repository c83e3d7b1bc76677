/**
 * Rubbish and half-right requests against a whole server: never a 500, never a hang, never an effect without a good
 * signature. PENSTOCK_FUZZ is how many of each kind are sent: 300 unless it says otherwise; tens of thousands find more.
 */
import fc from 'fast-check'
import { sign } from '../../../plugins/aws-api/test/sigv4/signer.js'
import { headers, inputOf, method } from '../../../plugins/aws-api/test/support/arbitraries.js'
import { operationNamed, operationNames } from '../../../plugins/aws-api/test/support/operations.js'
import { exchange, statusOf, wire } from '../../../plugins/aws-api/test/support/socket.js'
import { type ServerUnderTest, startServerUnderTest } from '../support/server.js'

const numRuns = Number(process.env.PENSTOCK_FUZZ ?? 300)
jest.setTimeout(60_000 + numRuns * 200)
let subject: ServerUnderTest
let host: string

beforeAll(async () => {
  subject = await startServerUnderTest()
  host = new URL(subject.endpoint).host
})
afterAll(() => subject?.stop())

const failures = () => subject.log.filter((line) => /"level":(50|60)/.test(line))
const port = () => subject.server.port

/** Everything that a caller could have changed, in one text. */
async function everything(): Promise<string> {
  const { operations, access } = subject.server.services
  const by = {
    name: 'test',
    arn: 'arn:aws:iam::000000000000:user/test',
    policies: ['AWSCodePipeline_FullAccess'] as const,
  }
  const [pipelines, webhooks, types, audited] = await Promise.all([
    operations.listPipelines(by, {}),
    operations.listWebhooks(by, {}),
    operations.listActionTypes(by, {}),
    access.auditLog({ limit: 100 }),
  ])
  return JSON.stringify([pipelines, webhooks, types, audited])
}

test('unsigned requests of every kind change nothing', async () => {
  const before = await everything()
  const path = fc.oneof(
    fc.constantFrom('/', '/webhooks/x', `/${subject.server.services.identity.bucket}/a/b`),
    fc.stringMatching(/^\/[!-~]{0,40}$/),
  )
  const body = fc.oneof(
    fc.string(),
    fc.json(),
    fc.uint8Array().map((data) => Buffer.from(data)),
  )
  await fc.assert(
    fc.asyncProperty(method, path, headers, body, async (method, path, headers, body) => {
      const answer = await exchange(port(), wire(method, path, { host, ...headers }, body))
      expect([500, 502, 503]).not.toContain(statusOf(answer))
    }),
    { numRuns },
  )
  expect(failures()).toEqual([])
  expect(await everything()).toBe(before)
})

test('signed requests, right in form: the engine answers, or refuses with a code of its own', async () => {
  const keys = { credentials: subject.keys, region: subject.region }
  const anything = fc
    .constantFrom(...operationNames)
    .chain((name) => fc.tuple(fc.constant(name), inputOf(operationNamed(name)?.input ?? { kind: 'boolean' })))
  await fc.assert(
    fc.asyncProperty(anything, async ([name, input]) => {
      const body = JSON.stringify(input)
      const signed = await sign(host, { ...keys, body, headers: { 'x-amz-target': `CodePipeline_20150709.${name}` } })
      const answer = await exchange(port(), wire('POST', '/', signed, body))
      expect([200, 400]).toContain(statusOf(answer))
      if (statusOf(answer) === 400) expect(answer).toMatch(/"__type":"\w+Exception"/)
    }),
    { numRuns },
  )
  expect(failures()).toEqual([])
})
