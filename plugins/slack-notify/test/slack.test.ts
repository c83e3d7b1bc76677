import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { testNotifier } from '@penstock/core/testkit'
import { kinds } from '../src/config.js'
import { messageOf } from '../src/message.js'
import { configProblems, slackNotifier } from '../src/notifier.js'
import { type SlackServer, startSlack } from './slack-server.js'

let slack: SlackServer
beforeEach(async () => {
  slack = await startSlack()
})
afterEach(() => slack.stop())

const failed = {
  kind: 'executionFailed',
  subject: 'shop failed',
  message: 'Execution 17 of pipeline shop failed.\nhttp://127.0.0.1:8080/pipelines/shop/executions/17',
} as const

const received = () =>
  slack.messages.map(({ blocks }) => unescaped(blocks.map(({ text }) => text?.text ?? '').join('\n')))
const unescaped = (text: string) => text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&')

testNotifier(
  'slack, webhook',
  () => slackNotifier({ webhookUrl: slack.webhook, events: kinds }),
  () => ({
    received,
    unreachable: () => slackNotifier({ webhookUrl: 'http://127.0.0.1:9/services/sEcReT', events: kinds }),
    secrets: ['sEcReT'],
  }),
)

test('a message leads to the page, with its words escaped', async () => {
  await slackNotifier({ webhookUrl: slack.webhook, events: kinds }).notify({ ...failed, subject: 'a<b> & c failed' })
  const page = 'http://127.0.0.1:8080/pipelines/shop/executions/17'
  expect(slack.messages).toMatchObject([
    {
      text: 'a&lt;b&gt; &amp; c failed',
      blocks: [
        { text: { type: 'mrkdwn', text: `:x: *<${page}|a&lt;b&gt; &amp; c failed>*` } },
        { text: { text: `Execution 17 of pipeline shop failed.\n<${page}>` } },
      ],
    },
  ])
})

test('an approval has its own links', async () => {
  const approval = { approvalReviewLink: 'http://p/pipelines/shop#Ask', externalEntityLink: 'http://shop/?a=1&b=2' }
  const document = { consoleLink: 'http://p/pipelines/shop', approval }
  const { blocks } = messageOf({ kind: 'approvalNeeded', subject: 'APPROVAL NEEDED', message: 'Look.', document })
  expect(blocks).toMatchObject([
    { text: { text: ':raised_hand: *<http://p/pipelines/shop|APPROVAL NEEDED>*' } },
    { text: { text: 'Look.' } },
    {
      elements: [
        { text: '<http://p/pipelines/shop#Ask|Approve or reject> · <http://shop/?a=1&amp;b=2|What is to be reviewed>' },
      ],
    },
  ])
})

test('what is too long is cut, and neither a link nor an entity in two', async () => {
  const long = `${'x'.repeat(2_990)} https://example.com/a/long/path and more &&&&&&&&&`
  await slackNotifier({ webhookUrl: slack.webhook, events: kinds }).notify({ ...failed, message: long })
  const body = slack.messages[0]?.blocks[1]?.text?.text ?? ''
  expect(body.length).toBeLessThanOrEqual(3_000)
  expect(body).toMatch(/x …$/)
})

describe('with a token', () => {
  const config = () => ({
    token: slack.token,
    apiUrl: `${slack.url}/api`,
    events: kinds,
    channels: { default: '#ops', approvalNeeded: '#approvals' },
  })

  test('each kind goes to its channel', async () => {
    const notifier = slackNotifier(config())
    await notifier.notify(failed)
    await notifier.notify({ ...failed, kind: 'approvalNeeded' })
    await notifier.notify({ ...failed, target: 'slack:C0123456789' })
    expect(slack.messages.map(({ channel }) => channel)).toEqual(['#ops', '#approvals', 'C0123456789'])
  })

  test.each([
    {
      it: 'an unknown channel',
      change: { channels: { default: '#nowhere' } },
      says: 'Slack refused the message for #nowhere: channel_not_found (is the name right',
    },
    { it: 'a wrong token', change: { token: 'xoxb-wrong' }, says: 'invalid_auth (the token is wrong)' },
  ])('$it is said with what to do', async ({ change, says }) => {
    const refused = slackNotifier({ ...config(), ...change }).notify(failed)
    await expect(refused).rejects.toThrow(says)
    await expect(refused).rejects.not.toThrow(/sEcReT|xoxb/)
  })

  test('the token may be in a file, which is read anew each time', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'penstock-slack-'))
    const tokenFile = join(folder, 'token')
    const { token, ...rest } = config()
    writeFileSync(tokenFile, 'xoxb-old\n')
    const notifier = slackNotifier({ ...rest, tokenFile })
    await expect(notifier.notify(failed)).rejects.toThrow('invalid_auth')
    writeFileSync(tokenFile, `${token}\n`)
    await notifier.notify(failed)
    expect(slack.messages).toHaveLength(1)
    rmSync(folder, { recursive: true })
  })
})

describe('the rate limit', () => {
  test('is waited for as long as Slack says, and the message comes once', async () => {
    const waits: number[] = []
    slack.limit = { left: 2, seconds: 3 }
    await slackNotifier({ webhookUrl: slack.webhook, events: kinds }, async (ms) => void waits.push(ms)).notify(failed)
    expect(waits).toEqual([3_000, 3_000])
    expect(slack.messages).toHaveLength(1)
    expect(slack.requests).toBe(3)
  })

  test.each([
    { it: 'again and again', limit: { left: 9, seconds: 1 }, requests: 3 },
    { it: 'for longer than a notification has', limit: { left: 9, seconds: 60 }, requests: 1 },
  ])('$it is an error', async ({ limit, requests }) => {
    slack.limit = limit
    const sent = slackNotifier({ webhookUrl: slack.webhook, events: kinds }, async () => {}).notify(failed)
    await expect(sent).rejects.toThrow(
      `Slack did not take the message: the rate limit was reached (again in ${limit.seconds} s)`,
    )
    expect(slack.requests).toBe(requests)
  })
})

test('kinds that are not asked for, and what is for another notifier, are not sent', async () => {
  const notifier = slackNotifier({ webhookUrl: slack.webhook, events: ['approvalNeeded'] })
  await notifier.notify(failed)
  await notifier.notify({ ...failed, kind: 'approvalNeeded', target: 'arn:aws:sns:eu-west-1:123456789012:x' })
  expect(slack.requests).toBe(0)
})

test('a webhook that was removed is said in words without its address', async () => {
  const sent = slackNotifier({ webhookUrl: `${slack.url}/services/gone`, events: kinds }).notify(failed)
  await expect(sent).rejects.toThrow('Slack refused the message: no_service')
})

test.each([
  { it: 'two ways at once', config: { webhookUrl: 'http://a', token: 'xoxb-1' }, says: 'exactly one of' },
  { it: 'a token without a channel', config: { token: 'xoxb-1' }, says: 'channels.default is missing' },
  {
    it: 'channels of a webhook',
    config: { webhookUrl: 'http://a', channels: { default: '#a' } },
    says: 'channels needs a token',
  },
  { it: 'a webhook', config: { webhookUrl: 'http://a' }, says: undefined },
])('$it', ({ config, says }) => {
  if (says === undefined) expect(configProblems(config)).toEqual([])
  else expect(configProblems(config).join()).toContain(says)
})
