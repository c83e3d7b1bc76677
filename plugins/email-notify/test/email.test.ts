import type { Notification } from '@penstock/core'
import { startTestServer, testNotifier } from '@penstock/core/testkit'
import { configProblems, type EmailConfig, kinds } from '../src/config.js'
import { emailNotifier } from '../src/notifier.js'
import { type MailServer, startMailServer } from './mail-server.js'

let server: MailServer
beforeAll(async () => {
  server = await startMailServer()
})
beforeEach(() => void server.taken.splice(0))
afterAll(() => server.stop())

const signIn = { user: 'penstock', password: 's3cret' }
const configOf = (smtp: Partial<EmailConfig['smtp']> = {}): EmailConfig => ({
  smtp: { host: '127.0.0.1', port: server.port, tls: 'starttls', caFile: server.caFile, ...signIn, ...smtp },
  from: 'Penstock <penstock@example.com>',
  to: ['Ann <ann@example.com>'],
  events: kinds,
})
const failed: Notification = {
  kind: 'executionFailed',
  subject: 'shop failed',
  message: 'Execution 17 of pipeline shop failed.\nhttp://127.0.0.1:8080/pipelines/shop',
}

testNotifier(
  'email',
  () => emailNotifier(configOf()),
  () => ({
    received: () => server.taken.map(({ mail }) => `${mail.subject}\n${mail.text}`),
    unreachable: () => emailNotifier(configOf({ port: 9 })),
    secrets: ['s3cret'],
  }),
)

test('a mail is sent over TLS, for machines to know as such, with links that can be followed', async () => {
  await emailNotifier(configOf()).notify({ ...failed, message: `${failed.message}?a=1&b=<i>` })
  expect(server.taken).toMatchObject([
    { from: 'penstock@example.com', to: ['ann@example.com'], isEncrypted: true, mail: { subject: 'shop failed' } },
  ])
  const [{ mail }] = server.taken as [(typeof server.taken)[0]]
  expect(mail.headers.get('auto-submitted')).toBe('auto-generated')
  expect(mail.html).toContain('<a href="http://127.0.0.1:8080/pipelines/shop?a=1&amp;b=">')
  expect(mail.html).toContain('&lt;i&gt;')
})

test('an approval goes to the addresses that it names, with the link at which it is answered', async () => {
  const document = { approval: { approvalReviewLink: 'https://ci.example.com/pipelines/shop#Ask' } }
  const asked: Notification = { kind: 'approvalNeeded', subject: 'APPROVAL NEEDED', message: 'Look.', document }
  await emailNotifier(configOf()).notify({ ...asked, target: 'mailto:ben@example.com,eve%40example.com?subject=x' })
  expect(server.taken).toMatchObject([{ to: ['ben@example.com', 'eve@example.com'] }])
  expect(server.taken[0]?.mail.text).toContain('Approve or reject: https://ci.example.com/pipelines/shop#Ask')
  await emailNotifier(configOf()).notify({ ...asked, target: 'slack:#releases' })
  expect(server.taken).toHaveLength(1)
})

test('what others wrote makes no header and no recipient', async () => {
  const subject = 'shop failed\r\nBcc: eve@example.com'
  await emailNotifier(configOf()).notify({ ...failed, subject })
  const two = emailNotifier(configOf()).notify({
    ...failed,
    target: 'mailto:ben@example.com%0D%0ARCPT%20TO:eve@example.com',
  })
  await expect(two).rejects.toThrow(/is no address/)
  expect(server.taken[0]).toMatchObject({
    to: ['ann@example.com'],
    mail: { subject: 'shop failed Bcc: eve@example.com' },
  })
  expect(server.taken.flatMap(({ to }) => to)).not.toContain('eve@example.com')
})

test.each<[string, () => EmailConfig, RegExp]>([
  ['a wrong password', () => configOf({ password: 'wrong!' }), /smtp\.user and smtp\.password right/],
  [
    'a certificate that nobody knows',
    () => ({ ...configOf(), smtp: { host: '127.0.0.1', port: server.port, tls: 'starttls' } }),
    /certificate/,
  ],
  ['a mailbox that there is not', () => ({ ...configOf(), to: ['nobody@example.com'] }), /no such mailbox/],
])('%s is said, without the password', async (_it, config, says) => {
  const said: Error = await emailNotifier(config())
    .notify(failed)
    .then(
      () => new Error('sent'),
      (error) => error,
    )
  expect(said.message).toMatch(says)
  expect(said.message).not.toMatch(/wrong!|s3cret/)
})

test('a server without STARTTLS gets no mail and no password, unless the operator says so', async () => {
  const clear = await startMailServer('none')
  try {
    await expect(emailNotifier(configOf({ port: clear.port })).notify(failed)).rejects.toThrow(
      /STARTTLS|implicit or none/,
    )
    expect(clear.taken).toEqual([])
    await emailNotifier(configOf({ port: clear.port, tls: 'none' })).notify(failed)
    expect(clear.taken).toMatchObject([{ isEncrypted: false }])
  } finally {
    await clear.stop()
  }
})

test('TLS from the first byte', async () => {
  const implicit = await startMailServer('implicit')
  try {
    await emailNotifier(configOf({ port: implicit.port, caFile: implicit.caFile, tls: 'implicit' })).notify(failed)
    expect(implicit.taken).toMatchObject([{ isEncrypted: true }])
  } finally {
    await implicit.stop()
  }
})

test('what is missing in a configuration is named', () => {
  expect(configProblems({})).toEqual([])
  expect(configProblems({ from: 'a@b' })).toEqual([expect.stringContaining('smtp.host is missing')])
  expect(configProblems({ smtp: { host: 'h', tls: 'none', user: 'u' } })).toEqual([
    expect.stringContaining('from is missing'),
    expect.stringContaining('belong together'),
  ])
})

test("a topic of SNS leads to people: an approval's NotificationArn needs no cloud account", async () => {
  const topic = 'arn:aws:sns:us-east-1:000000000000:approvals'
  const source = {
    category: 'Source',
    provider: 'Ready',
    configuration: {},
    outputArtifacts: 1,
    latestRevision: async () => ({ revisionId: 'r1' }),
    run: async () => {},
  }
  const { smtp, from } = configOf()
  const running = await startTestServer({
    bundled: ['manual-approval', 'email-notify'],
    plugins: [source as never],
    settings: { topics: { [topic]: ['mailto:ann@example.com', 'mailto:ben@example.com'] } },
    config: { 'email-notify': { smtp, from } },
  })
  try {
    const me = { name: 'me', arn: 'arn:aws:iam::000000000000:user/me', policies: ['AWSCodePipeline_FullAccess'] }
    const type = (category: string, owner: string, provider: string) => ({ category, owner, provider, version: '1' })
    await running.services.operations.createPipeline(
      me as never,
      {
        pipeline: {
          name: 'shop',
          roleArn: 'arn:aws:iam::000000000000:role/penstock',
          artifactStore: { type: 'S3', location: 'codepipeline-us-east-1-0000000000' },
          stages: [
            {
              name: 'Source',
              actions: [
                { name: 'Fetch', actionTypeId: type('Source', 'Custom', 'Ready'), outputArtifacts: [{ name: 'code' }] },
              ],
            },
            {
              name: 'Ask',
              actions: [
                {
                  name: 'Fine',
                  actionTypeId: type('Approval', 'AWS', 'Manual'),
                  configuration: { NotificationArn: topic },
                },
              ],
            },
          ],
        },
      } as never,
    )
    for (let tries = 0; tries < 400 && server.taken.length < 2; tries++) await new Promise((go) => setTimeout(go, 50))
    expect(server.taken.flatMap(({ to }) => to).sort()).toEqual(['ann@example.com', 'ben@example.com'])
    expect(server.taken[0]?.mail.text).toContain('/pipelines/shop#Ask')
  } finally {
    await running.stop()
  }
}, 60_000)
