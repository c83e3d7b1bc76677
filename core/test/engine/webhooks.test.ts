import { type Bench, bench, me, pipeline, stage } from './support.js'

let b: Bench
beforeEach(async () => {
  b = await bench()
  await b.operations.createPipeline(me, { pipeline: pipeline([stage('Build', ['a'])]) })
})
afterEach(() => b.close())

const definition = {
  name: 'pushes',
  targetPipeline: 'demo',
  targetAction: 'Repo',
  filters: [{ jsonPath: '$.ref', matchEquals: 'refs/heads/{Branch}' }],
  authentication: 'GITHUB_HMAC' as const,
  authenticationConfiguration: { SecretToken: 'hush-hush' },
}
const put = (more = {}) => b.operations.putWebhook(me, { webhook: { ...definition, ...more } })

test('W3, W5: a webhook has a URL and an ARN; its secret is not shown; put again it keeps its URL', async () => {
  const { webhook } = await put()
  expect(webhook).toMatchObject({
    arn: 'arn:aws:codepipeline:eu-central-1:123456789012:webhook:pushes',
    url: expect.stringMatching(/^https:\/\/penstock\.example\/webhooks\/[\w-]{32}$/),
    definition: { authenticationConfiguration: { SecretToken: '****' } },
  })
  const again = await put({ filters: [{ jsonPath: '$.ref' }], authenticationConfiguration: { SecretToken: '****' } })
  expect(again.webhook.url).toBe(webhook.url)
  expect(JSON.stringify(await b.operations.listWebhooks(me, {}))).not.toContain('hush-hush')
})

test('W3, D1: deleted twice and made anew it has another URL', async () => {
  const { webhook } = await put()
  await b.operations.deleteWebhook(me, { name: 'pushes' })
  await b.operations.deleteWebhook(me, { name: 'pushes' })
  expect((await put()).webhook.url).not.toBe(webhook.url)
})

test.each([
  { it: 'no secret', more: { authenticationConfiguration: {} }, says: 'takes SecretToken, and none was given' },
  {
    it: 'a range for GitHub',
    more: { authenticationConfiguration: { AllowedIPRange: '10.0.0.0/8' } },
    says: 'takes SecretToken',
  },
  { it: 'a secret for nobody', more: { authentication: 'UNAUTHENTICATED' }, says: 'takes no parameters' },
  {
    it: 'a range that is none',
    more: { authentication: 'IP', authenticationConfiguration: { AllowedIPRange: '10.0.0.0/99' } },
    says: 'CIDR',
  },
])('W1: $it is refused', async ({ more, says }) => {
  await expect(put(more)).rejects.toMatchObject({
    code: 'InvalidWebhookAuthenticationParametersException',
    message: expect.stringContaining(says),
  })
})

test('W3: the target must be a source action of a pipeline that is there', async () => {
  await expect(put({ targetPipeline: 'nope' })).rejects.toMatchObject({ code: 'PipelineNotFoundException' })
  await expect(put({ targetAction: 'a' })).rejects.toMatchObject({
    code: 'ValidationException',
    message: expect.stringContaining("it has 'Repo'"),
  })
})

test('W4: only webhooks of GitHub register with a third party', async () => {
  await put()
  await b.operations.registerWebhookWithThirdParty(me, { webhookName: 'pushes' })
  await b.operations.deregisterWebhookWithThirdParty(me, { webhookName: 'pushes' })
  await expect(b.operations.registerWebhookWithThirdParty(me, { webhookName: 'nope' })).rejects.toMatchObject({
    code: 'WebhookNotFoundException',
  })
})
