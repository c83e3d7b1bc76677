import { createHmac } from 'node:crypto'
import { Fault, type WebhookTarget } from '@penstock/core'
import { WebhookReceiver } from '../../src/webhooks/webhook-receiver.js'
import { type RawAnswer, send } from '../support/raw.js'
import { type Running, recordingLog, serve } from '../support/server.js'

const secret = 'a secret of the webhook'
const path = '/webhooks/abcdefghijklmnopqrstuvwxyz012345'
const definition: WebhookTarget['definition'] = {
  name: 'hook',
  targetPipeline: 'shop',
  targetAction: 'Fetch',
  filters: [{ jsonPath: '$.ref', matchEquals: 'refs/heads/{Branch}' }],
  authentication: 'GITHUB_HMAC',
  authenticationConfiguration: { SecretToken: secret },
}
let target: WebhookTarget
let done: unknown[] = []
let failure: Error | undefined
let running: Running
const log = recordingLog()

beforeAll(async () => {
  const act = async (entry: unknown) => {
    if (failure) throw failure
    done.push(entry)
    return { pipelineExecutionId: 'x' }
  }
  const server = {
    clock: { now: () => Date.now(), after: () => () => {} },
    sources: { status: async () => [], poll: async () => [], report: act },
    webhooks: {
      find: async (secretPath: string) => (path.endsWith(`/${secretPath}`) ? target : undefined),
      came: async (name: string, problem?: unknown) => void done.push(['came', name, problem]),
      start: async () => act('started'),
    },
  }
  const receiver = new WebhookReceiver(server, log, { maxWebhookBytes: 10_000 })
  running = await serve((request, response) => receiver.handle(request, response))
})
afterAll(() => running.stop())
beforeEach(() => {
  target = { definition, arn: 'arn:of:hook', configuration: { Branch: 'main' } }
  done = []
  failure = undefined
})

const commit = 'a'.repeat(40)
const push = (ref = 'refs/heads/main') =>
  JSON.stringify({ ref, after: commit, head_commit: { id: commit }, commits: [] })
const sealed = (body: string, more: Record<string, string> = {}) => ({
  'x-github-event': 'push',
  'x-hub-signature-256': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
  ...more,
})
const post = (body: string, headers: Record<string, string>, at = path): Promise<RawAnswer> =>
  send(running.port, { path: at, headers, body })
const reported = () => done.filter((entry) => !Array.isArray(entry))

test('W4, W6: a push from GitHub is reported with its commit and branch', async () => {
  expect((await post(push(), sealed(push()))).status).toBe(200)
  expect(reported()).toMatchObject([
    {
      pipelineName: 'shop',
      actionName: 'Fetch',
      trigger: 'Webhook',
      detail: 'arn:of:hook',
      revision: { revisionId: commit, event: { kind: 'push', branch: 'main' } },
    },
  ])
  expect(done).toContainEqual(['came', 'hook', undefined])
})

test('a form is read as well as JSON', async () => {
  const body = `payload=${encodeURIComponent(push())}`
  await post(body, sealed(body, { 'content-type': 'application/x-www-form-urlencoded' }))
  expect(reported()).toHaveLength(1)
})

test('W2: what a filter does not let through starts nothing, and is no error', async () => {
  expect((await post(push('refs/heads/other'), sealed(push('refs/heads/other')))).status).toBe(200)
  expect(reported()).toEqual([])
})

test('a delivery counts once, unless it could not be worked on', async () => {
  const headers = sealed(push(), { 'x-github-delivery': 'one' })
  failure = new Fault('PipelineNotFoundException', 'there is no pipeline /secret')
  const refused = await post(push(), headers)
  expect([refused.status, refused.body]).toEqual([409, '{"message":"the pipeline could not be started"}'])
  failure = undefined
  await post(push(), headers)
  await post(push(), headers)
  expect(reported()).toHaveLength(1)
})

test('a sender that is not GitHub starts the pipeline with what is newest', async () => {
  target = {
    ...target,
    definition: { ...definition, filters: [], authentication: 'UNAUTHENTICATED', authenticationConfiguration: {} },
  }
  expect((await post('{"image":"pushed"}', {})).status).toBe(200)
  expect(reported()).toEqual(['started'])
})

test('W1: an address outside of the range is refused', async () => {
  const authenticationConfiguration = { AllowedIPRange: '192.0.2.0/24' }
  target = { ...target, definition: { ...definition, authentication: 'IP', authenticationConfiguration } }
  expect((await post('{}', { 'x-forwarded-for': '192.0.2.1' })).status).toBe(403)
  target = {
    ...target,
    definition: {
      ...definition,
      filters: [],
      authentication: 'IP',
      authenticationConfiguration: { AllowedIPRange: '127.0.0.0/8' },
    },
  }
  expect((await post('{}', {})).status).toBe(200)
  expect(reported()).toEqual(['started'])
})

test.each<[string, number, string, Record<string, string>, string]>([
  ['no signature', 401, push(), { 'x-github-event': 'push' }, path],
  ['another signature', 401, push(), sealed('{}'), path],
  ['another secret path', 404, push(), sealed(push()), '/webhooks/abcdefghijklmnopqrstuvwxyz012346'],
  ['no secret path', 404, push(), sealed(push()), '/webhooks/'],
  ['a path that leads elsewhere', 404, push(), sealed(push()), '/webhooks/../secret'],
  ['no JSON', 400, 'hello', sealed('hello'), path],
  ['too much', 413, 'x'.repeat(10_001), sealed('x'.repeat(10_001)), path],
])('%s is answered %d and starts nothing', async (_, status, body, headers, at) => {
  const answer = await post(body, headers, at)
  expect(answer.status).toBe(status)
  expect(answer.body).toMatch(/^\{"message":"[a-zA-Z ]+"\}$/)
  expect(reported()).toEqual([])
})

test('anything but a POST is refused', async () => {
  const answer = await send(running.port, { method: 'GET', path })
  expect([answer.status, answer.headers.allow]).toEqual([405, 'POST'])
})

test('a defect is told to the log alone', async () => {
  failure = new Error('/var/lib/secret')
  const answer = await post(push(), sealed(push()))
  expect([answer.status, answer.body]).toEqual([500, '{"message":"internal error"}'])
  expect(log.lines).toContainEqual(expect.objectContaining({ level: 'error' }))
})
