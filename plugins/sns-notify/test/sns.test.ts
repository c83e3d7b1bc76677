import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Notification, Notifier, PluginApi } from '@penstock/core'
import type { SnsConfig } from '../src/config.js'
import plugin from '../src/index.js'

jest.setTimeout(30_000)

const topic = 'arn:aws:sns:eu-west-1:123456789012:approvals'
const document = { region: 'eu-west-1', approval: { pipelineName: 'site', stageName: 'Review', token: 'tok-1' } }
const approval: Notification = {
  kind: 'approvalNeeded',
  target: topic,
  subject: 'APPROVAL NEEDED: site for action Look',
  message: 'Pipeline site waits for somebody to approve Look.',
  document,
}

let server: Server
let seen: { readonly form: URLSearchParams; readonly headers: IncomingHttpHeaders }[]
let answers: { readonly status: number; readonly body: string }[]

beforeEach(async () => {
  seen = []
  answers = []
  const published =
    '<PublishResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><PublishResult><MessageId>m-1</MessageId></PublishResult></PublishResponse>'
  server = createServer(async (request, response) => {
    let body = ''
    for await (const piece of request) body += piece
    seen.push({ form: new URLSearchParams(body), headers: request.headers })
    const answer = answers.shift() ?? { status: 200, body: published }
    response.writeHead(answer.status, { 'content-type': 'text/xml' }).end(answer.body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
})
afterEach(() => {
  server.closeAllConnections()
  server.close()
})

/** Registers the plugin with a host that keeps the notifier. */
function register(config: SnsConfig = {}): Notifier {
  let kept: Notifier | undefined
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const api = {
    config: { endpoint, accessKeyId: 'AKID', secretAccessKey: 'sk', ...config },
    provideNotifier(notifier: Notifier) {
      kept = notifier
    },
  }
  void plugin.register(api as unknown as PluginApi<SnsConfig>)
  if (kept === undefined) throw new Error('the plugin provides no notifier')
  return kept
}

function published(index = 0): Record<string, string> {
  return Object.fromEntries(seen[index]?.form ?? [])
}

describe('an approval with a NotificationArn', () => {
  it('is published to it, signed, as the JSON document (A4)', async () => {
    await register().notify(approval)
    expect(published()).toMatchObject({
      Action: 'Publish',
      Version: '2010-03-31',
      TopicArn: topic,
      Subject: 'APPROVAL NEEDED: site for action Look',
    })
    expect(seen[0]?.headers.authorization).toMatch(/Credential=AKID\/\d{8}\/eu-west-1\/sns\/aws4_request/)
    expect(JSON.parse(published().Message ?? '')).toEqual(document)
  })

  it('says what SNS says when it is refused', async () => {
    const error = '<Error><Type>Sender</Type><Code>AuthorizationError</Code><Message>not yours</Message></Error>'
    answers = [{ status: 403, body: `<ErrorResponse>${error}</ErrorResponse>` }]
    await expect(register().notify(approval)).rejects.toThrow(
      /SNS topic arn:.*approvals: AuthorizationErrorException: not yours/,
    )
  })
})

describe('notifications', () => {
  const notification: Notification = { kind: 'executionFailed', subject: 'x', message: 'y' }

  it.each([
    ['the configured topic', { topicArn: topic }, {}, [topic]],
    ['the topic that they name', { topicArn: topic }, { target: `${topic}-2` }, [`${topic}-2`]],
    ['nowhere without a topic', {}, {}, []],
    ['nowhere when the target is of another kind', { topicArn: topic }, { target: '#ops' }, []],
    ['nowhere when nobody asked for them', { topicArn: topic }, { kind: 'executionStarted' }, []],
    [
      'the topic when somebody did',
      { topicArn: topic, events: ['executionStarted'] },
      { kind: 'executionStarted' },
      [topic],
    ],
  ] as const)('go to %s', async (_, config, change, topics) => {
    await register(config).notify({ ...notification, ...change })
    expect(seen.map(({ form }) => form.get('TopicArn'))).toEqual(topics)
  })

  it('keep to the limits of SNS', async () => {
    await register({ topicArn: topic }).notify({
      ...notification,
      subject: `a\nb ${'é'.repeat(3)}${'x'.repeat(200)}`,
      message: 'm'.repeat(300_000),
    })
    const { Subject = '', Message = '' } = published()
    expect(Subject).toMatch(/^a b {2}x+\.\.\.$/)
    expect(Subject).toHaveLength(100)
    expect(Message).toHaveLength(256 * 1024)
  })

  it('tell a FIFO topic group and identity', async () => {
    await register().notify({ ...approval, target: `${topic}.fifo` })
    expect(published()).toMatchObject({
      MessageGroupId: 'site',
      MessageDeduplicationId: expect.stringMatching(/^[0-9a-f]{64}$/),
    })
  })

  it('are tried again when SNS stumbles', async () => {
    answers = [{ status: 503, body: '<ErrorResponse><Error><Code>ServiceUnavailable</Code></Error></ErrorResponse>' }]
    await register({ topicArn: topic }).notify(notification)
    expect(seen).toHaveLength(2)
  })
})
