import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Notification, NotificationDelivery } from '@penstock/core'
import { freePort, testNotifier } from '@penstock/core/testkit'
import { Webhook as StandardWebhook } from 'standardwebhooks'
import { configProblems, kinds, type Webhook, type WebhookConfig } from '../src/config.js'
import { webhookNotifier } from '../src/notifier.js'
import { type Receiver, startReceiver } from './receiver.js'

const secret = `whsec_${Buffer.from('a key of twenty-four bytes').toString('base64')}`
const failed: Notification = {
  kind: 'executionFailed',
  subject: 'shop failed',
  message: 'Execution 17 of pipeline shop failed.',
  pipelineName: 'shop',
  pipelineExecutionId: '17',
}

let receiver: Receiver
let nobody: number
beforeAll(async () => {
  receiver = await startReceiver()
  nobody = await freePort()
})
beforeEach(() => {
  receiver.received.length = 0
  receiver.answer = (response) => void response.writeHead(204).end()
})
afterAll(() => receiver.stop())

const configOf = (hook: Partial<Webhook> = {}): WebhookConfig => ({
  webhooks: { bot: { url: `${receiver.url}/sEcReT`, secret, events: kinds, ...hook } },
})
const delivery = (more: Partial<NotificationDelivery> = {}): NotificationDelivery => ({
  id: 'd-1',
  receiver: 'bot',
  attempt: 1,
  possibleDuplicate: false,
  created: Date.UTC(2026, 0, 1),
  ...more,
})

testNotifier(
  'webhook',
  () => webhookNotifier(configOf()),
  () => ({
    received: () => receiver.received.map(({ body }) => body),
    unreachable: () => webhookNotifier(configOf({ url: `http://127.0.0.1:${nobody}/sEcReT` })),
    secrets: ['sEcReT', secret],
  }),
)

test("the standard's own library takes the signature, and none of another body, id or key", async () => {
  await webhookNotifier(configOf({ headers: { 'X-Team': 'web' } })).notify(failed, delivery())
  const [{ headers, body }] = receiver.received as [Receiver['received'][0]]
  const given = headers as Record<string, string>
  expect(new StandardWebhook(secret).verify(body, given)).toEqual({
    type: 'executionFailed',
    timestamp: '2026-01-01T00:00:00.000Z',
    data: {
      subject: 'shop failed',
      message: 'Execution 17 of pipeline shop failed.',
      pipelineName: 'shop',
      pipelineExecutionId: '17',
    },
  })
  expect(given).toMatchObject({ 'webhook-id': 'd-1', 'penstock-attempt': '1', 'x-team': 'web' })
  expect(given['penstock-possible-duplicate']).toBeUndefined()
  const other = new StandardWebhook(Buffer.from('another key of some bytes').toString('base64'))
  expect(() => other.verify(body, given)).toThrow()
  expect(() => new StandardWebhook(secret).verify(body.replace('17', '18'), given)).toThrow()
  expect(() => new StandardWebhook(secret).verify(body, { ...given, 'webhook-id': 'd-2' })).toThrow()
})

test('a repeated delivery has the same id, and says that it may be a duplicate', async () => {
  await webhookNotifier(configOf()).notify(failed, delivery({ attempt: 2, possibleDuplicate: true }))
  expect(receiver.received[0]?.headers).toMatchObject({
    'webhook-id': 'd-1',
    'penstock-attempt': '2',
    'penstock-possible-duplicate': 'true',
  })
})

test('a secret is changed without a gap: a file with two signs with both', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'penstock-webhook-'))
  try {
    const secretFile = join(folder, 'secret')
    writeFileSync(secretFile, 'the new secret of the bot\nthe old secret of the bot\n')
    const bot = { url: receiver.url, secretFile, events: kinds }
    await webhookNotifier({ webhooks: { bot } }).notify(failed, delivery())
    const [{ headers, body }] = receiver.received as [Receiver['received'][0]]
    for (const key of ['the new secret of the bot', 'the old secret of the bot'])
      new StandardWebhook(key, { format: 'raw' }).verify(body, headers as Record<string, string>)
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test.each<[string, Partial<Notification>, Partial<Webhook>, readonly string[]]>([
  ['what is asked for', {}, { events: ['executionFailed'] }, ['bot']],
  ['not what is not', { kind: 'executionStarted' }, { events: ['executionFailed'] }, []],
  ['pipelines by their names', { pipelineName: 'shop-eu' }, { pipelines: ['shop*'] }, ['bot']],
  ['no others', { pipelineName: 'a-shop' }, { pipelines: ['shop*', 'sho.'] }, []],
  ['nothing that is for another', { target: 'mailto:ann@example.com' }, {}, []],
])('it is told %s', async (_it, about, hook, receivers) => {
  expect(await webhookNotifier(configOf(hook)).receivers?.({ ...failed, ...about })).toEqual(receivers)
})

test("a topic's address is the operator's word; one that a pipeline names is not asked, nor one without a secret", async () => {
  const target = `${receiver.url}/topic`
  const [topic, signing] = ['arn:aws:sns:us-east-1:000000000000:ops', { secret: 'a secret for topics' }]
  const { host } = new URL(target)
  expect(await webhookNotifier(signing).receivers?.({ ...failed, target })).toEqual([])
  expect(await webhookNotifier(configOf()).receivers?.({ ...failed, target, topic })).toEqual([])
  expect(await webhookNotifier(signing).receivers?.({ ...failed, target, topic })).toEqual([host])
  await webhookNotifier(signing).notify({ ...failed, target, topic }, delivery({ receiver: host }))
  expect(receiver.received).toMatchObject([{ path: '/topic' }])
  await expect(webhookNotifier(signing).notify({ ...failed, target }, delivery({ receiver: host }))).rejects.toThrow()
})

test.each([
  ['an address itself', 'http://169.254.169.254/latest/meta-data', /link-local/],
  ['as IPv6 writes it', 'http://[::ffff:a9fe:a9fe]/', /link-local/],
  ['a link-local one of IPv6', 'https://[fe80::1]/', /link-local/],
])('metadata services are not asked: %s', async (_it, url, says) => {
  await expect(webhookNotifier(configOf({ url })).notify(failed, delivery())).rejects.toThrow(says)
})

test.each<[string, number, Record<string, string>, object]>([
  ['a refusal', 500, {}, { message: expect.stringMatching(/^127\.0\.0\.1:\d+ answered 500$/) }],
  ['when to ask again', 429, { 'retry-after': '120' }, { retryAfterMs: 120_000 }],
  ['that it is gone', 410, {}, { name: 'NotDeliverable' }],
  [
    'a redirect, which is not followed',
    302,
    { location: '/elsewhere' },
    { message: expect.stringContaining('not followed') },
  ],
])('a receiver says %s', async (_it, status, headers, error) => {
  receiver.answer = (response) => void response.writeHead(status, headers).end('sEcReT words')
  await expect(webhookNotifier(configOf()).notify(failed, delivery())).rejects.toMatchObject(error)
  expect(receiver.received).toHaveLength(1)
})

test('an answer that never ends is none to be read', async () => {
  receiver.answer = (response) => {
    response.writeHead(200)
    response.write('x'.repeat(200_000))
  }
  await webhookNotifier(configOf()).notify(failed, delivery())
})

test('what is missing in a configuration is named', () => {
  expect(configProblems({})).toEqual([])
  expect(configProblems({ webhooks: { bot: {} } })).toEqual([
    expect.stringContaining('webhooks.bot.url is missing'),
    expect.stringContaining('webhooks.bot.secretFile is missing'),
  ])
  expect(configProblems({ webhooks: { bot: { url: 'https://h/', urlFile: 'f', secretFile: 's' } } })).toHaveLength(1)
})
