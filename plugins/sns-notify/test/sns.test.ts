import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { ApprovalNeededEvent, Notification, Notifier, PluginApi } from '@penstock/core'
import type { SnsConfig } from '../src/config.js'
import plugin from '../src/index.js'

jest.setTimeout(30_000)

const topic = 'arn:aws:sns:eu-west-1:123456789012:approvals'
const identity = { region: 'eu-west-1', publicUrl: 'https://penstock.example.com' }
const approval: ApprovalNeededEvent = {
  pipelineName: 'site',
  pipelineExecutionId: 'e1',
  stageName: 'Review',
  actionName: 'Look',
  token: 'tok-1',
  expires: Date.UTC(2026, 6, 7, 20, 22, 41),
  configuration: { NotificationArn: topic, CustomData: 'Ann, please', ExternalEntityLink: 'http://example.com/' },
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

interface Registered {
  readonly notifier: Notifier
  readonly approvalNeeded: (event: ApprovalNeededEvent) => void | Promise<void>
  readonly executionChanged: Parameters<PluginApi['hooks']['executionChanged']>[0]
}

/** Registers the plugin with a host that keeps what it is given. */
function register(config: SnsConfig = {}): Registered {
  const kept: Record<string, unknown> = {}
  const keep = (name: string) => (value: unknown) => {
    kept[name] = value
  }
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const api = {
    config: { endpoint, accessKeyId: 'AKID', secretAccessKey: 'sk', events: ['executionFailed'], ...config },
    server: { identity },
    provideNotifier: keep('notifier'),
    hooks: { approvalNeeded: keep('approvalNeeded'), executionChanged: keep('executionChanged') },
  }
  void plugin.register(api as unknown as PluginApi<SnsConfig>)
  return kept as unknown as Registered
}

function published(index = 0): Record<string, string> {
  return Object.fromEntries(seen[index]?.form ?? [])
}

describe('an approval with a NotificationArn', () => {
  it('is published to it, signed, in the format of the user guide (A4)', async () => {
    await register().approvalNeeded(approval)
    expect(published()).toMatchObject({
      Action: 'Publish',
      Version: '2010-03-31',
      TopicArn: topic,
      Subject: 'APPROVAL NEEDED: AWS CodePipeline site for action Look',
    })
    expect(seen[0]?.headers.authorization).toMatch(/Credential=AKID\/\d{8}\/eu-west-1\/sns\/aws4_request/)
    expect(JSON.parse(published().Message ?? '')).toEqual({
      region: 'eu-west-1',
      consoleLink: 'https://penstock.example.com/pipelines/site',
      approval: {
        pipelineName: 'site',
        stageName: 'Review',
        actionName: 'Look',
        token: 'tok-1',
        expires: '2026-07-07T20:22Z',
        externalEntityLink: 'http://example.com/',
        approvalReviewLink: 'https://penstock.example.com/pipelines/site',
        customData: 'Ann, please',
      },
    })
  })

  it('is published once, whoever asks', async () => {
    const { approvalNeeded, notifier } = register()
    await approvalNeeded(approval)
    const document = { approval: { token: 'tok-1' } }
    await notifier.notify({ kind: 'approvalNeeded', target: topic, subject: 's', message: 'm', document })
    expect(seen).toHaveLength(1)
  })

  it('may be tried again when SNS refused it', async () => {
    const { approvalNeeded } = register()
    answers = [
      {
        status: 403,
        body: '<ErrorResponse><Error><Type>Sender</Type><Code>AuthorizationError</Code><Message>not yours</Message></Error></ErrorResponse>',
      },
    ]
    await expect(approvalNeeded(approval)).rejects.toThrow(
      /SNS topic arn:.*approvals: AuthorizationErrorException: not yours/,
    )
    await approvalNeeded(approval)
    expect(seen).toHaveLength(2)
  })

  it('without one, or with one of another kind, is left to others', async () => {
    await register({ topicArn: topic }).approvalNeeded({ ...approval, configuration: {} })
    await register().approvalNeeded({ ...approval, configuration: { NotificationArn: 'mailto:ann@example.com' } })
    expect(seen).toHaveLength(0)
  })
})

describe('notifications', () => {
  const notification: Notification = { kind: 'executionFailed', subject: 'x', message: 'y' }

  it.each([
    ['the configured topic', { topicArn: topic }, {}, [topic]],
    ['the topic that they name', { topicArn: topic }, { target: `${topic}-2` }, [`${topic}-2`]],
    ['nowhere without a topic', {}, {}, []],
    ['nowhere when the target is not a topic', { topicArn: topic }, { target: '#ops' }, []],
  ])('go to %s', async (_, config, change, topics) => {
    await register(config).notifier.notify({ ...notification, ...change })
    expect(seen.map(({ form }) => form.get('TopicArn'))).toEqual(topics)
  })

  it('keep to the limits of SNS', async () => {
    await register({ topicArn: topic }).notifier.notify({
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
    await register().approvalNeeded({ ...approval, configuration: { NotificationArn: `${topic}.fifo` } })
    expect(published()).toMatchObject({
      MessageGroupId: 'site',
      MessageDeduplicationId: expect.stringMatching(/^[0-9a-f]{64}$/),
    })
  })

  it('are tried again when SNS stumbles', async () => {
    answers = [{ status: 503, body: '<ErrorResponse><Error><Code>ServiceUnavailable</Code></Error></ErrorResponse>' }]
    await register({ topicArn: topic }).notifier.notify(notification)
    expect(seen).toHaveLength(2)
  })

  it.each([
    ['Failed', ['Pipeline site failed']],
    ['Succeeded', []],
    ['Stopping', []],
  ] as const)('of an execution that is %s', async (status, subjects) => {
    await register({ topicArn: topic }).executionChanged({ pipelineName: 'site', pipelineExecutionId: 'e1', status })
    expect(seen.map(({ form }) => form.get('Subject'))).toEqual(subjects)
  })
})
