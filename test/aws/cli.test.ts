/** Debian's aws command, unmodified, against a whole server: what people type every day. */
import { createHmac } from 'node:crypto'
import { aws } from '../../plugins/aws-api/test/support/clients.js'
import { eventually } from './support/eventually.js'
import { typeId, workerPipeline } from './support/pipelines.js'
import { type ServerUnderTest, startServerUnderTest } from './support/server.js'

let subject: ServerUnderTest

beforeAll(async () => {
  subject = await startServerUnderTest()
})
afterAll(() => subject?.stop())

/** `aws codepipeline OPERATION --cli-input-json INPUT`. */
const cli = async (operation: string, input: object = {}): Promise<Record<string, unknown>> => {
  const { accessKeyId: AWS_ACCESS_KEY_ID, secretAccessKey: AWS_SECRET_ACCESS_KEY } = subject.keys
  const env = { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_DEFAULT_REGION: subject.region }
  const args = ['codepipeline', operation, '--cli-input-json', JSON.stringify(input)]
  return { ...((await aws(subject.endpoint, args, env)) as object | undefined) }
}
const ref = { pipelineName: 'shop', stageName: 'Build' }
const newest = async () => {
  const { pipelineExecutionSummaries } = await cli('list-pipeline-executions', { pipelineName: 'shop' })
  return (pipelineExecutionSummaries as { pipelineExecutionId: string; status: string; trigger: object }[])[0]
}

test('action types', async () => {
  for (const category of ['Source', 'Build'] as const) {
    const { owner: _, ...id } = typeId(category)
    const created = await cli('create-custom-action-type', {
      ...id,
      configurationProperties: ['Token', 'Project'].map((name) => {
        return { name, required: false, key: false, secret: name === 'Token' }
      }),
      inputArtifactDetails: { minimumCount: 0, maximumCount: 5 },
      outputArtifactDetails: { minimumCount: 0, maximumCount: 5 },
    })
    expect(created).toMatchObject({ actionType: { id: typeId(category) } })
  }
  const { actionTypes } = await cli('list-action-types', { actionOwnerFilter: 'Custom' })
  expect(actionTypes).toEqual(expect.arrayContaining([expect.objectContaining({ id: typeId('Build') })]))
}, 180_000)

test('a pipeline: create, read, change by its own output, list, tag', async () => {
  const pipeline = workerPipeline('shop', subject.accountId, subject.server.services.identity.bucket)
  const created = await cli('create-pipeline', { pipeline, tags: [{ key: 'team', value: 'blue' }] })
  expect(created).toMatchObject({ pipeline: { name: 'shop', version: 1 }, tags: [{ key: 'team', value: 'blue' }] })
  const got = await cli('get-pipeline', { name: 'shop' })
  expect(await cli('update-pipeline', { pipeline: got.pipeline })).toMatchObject({ pipeline: { version: 2 } })
  expect(await cli('get-pipeline', { name: 'shop', version: 1 })).toMatchObject({ pipeline: { version: 1 } })
  expect(await cli('list-pipelines')).toMatchObject({ pipelines: [{ name: 'shop', version: 2 }] })
  const { pipelineArn: resourceArn } = got.metadata as { pipelineArn: string }
  await cli('tag-resource', { resourceArn, tags: [{ key: 'cost', value: '7' }] })
  await cli('untag-resource', { resourceArn, tagKeys: ['team'] })
  expect(await cli('list-tags-for-resource', { resourceArn })).toEqual({ tags: [{ key: 'cost', value: '7' }] })
}, 180_000)

test('doors, starting and stopping', async () => {
  await cli('disable-stage-transition', { ...ref, transitionType: 'Inbound', reason: 'freeze' })
  const state = await cli('get-pipeline-state', { name: 'shop' })
  expect(state).toMatchObject({
    stageStates: [{}, { inboundTransitionState: { enabled: false, disabledReason: 'freeze' } }, {}],
  })
  await cli('enable-stage-transition', { ...ref, transitionType: 'Inbound' })
  const { pipelineExecutionId } = await cli('start-pipeline-execution', { name: 'shop', clientRequestToken: 'once' })
  expect(await cli('start-pipeline-execution', { name: 'shop', clientRequestToken: 'once' })).toEqual({
    pipelineExecutionId,
  })
  const about = { pipelineName: 'shop', pipelineExecutionId }
  expect(await cli('get-pipeline-execution', about)).toMatchObject({ pipelineExecution: about })
  await cli('stop-pipeline-execution', { ...about, abandon: true, reason: 'never mind' })
  await eventually(async () => {
    const { pipelineExecution } = await cli('get-pipeline-execution', about)
    return (pipelineExecution as { status: string }).status === 'Stopped'
  })
}, 180_000)

test('a job by hand, failed and retried', async () => {
  const pipeline = workerPipeline('manual', subject.accountId, subject.server.services.identity.bucket)
  await cli('create-pipeline', { pipeline })
  type Polled = { id: string; nonce: string; data: { pipelineContext: Record<string, string> } }
  const job = await eventually(async () => {
    const { jobs = [] } = await cli('poll-for-jobs', { actionTypeId: typeId('Source'), maxBatchSize: 10 })
    return (jobs as Polled[]).find(({ data }) => data.pipelineContext.pipelineName === 'manual')
  })
  const { pipelineExecutionId } = job.data.pipelineContext
  expect(await cli('acknowledge-job', { jobId: job.id, nonce: job.nonce })).toEqual({ status: 'InProgress' })
  expect(await cli('get-job-details', { jobId: job.id })).toMatchObject({ jobDetails: { id: job.id } })
  const failureDetails = { type: 'JobFailed', message: 'by hand' }
  expect(await cli('put-job-failure-result', { jobId: job.id, failureDetails })).toEqual({})
  const again = { pipelineName: 'manual', stageName: 'Source', pipelineExecutionId, retryMode: 'FAILED_ACTIONS' }
  expect(await eventually(() => cli('retry-stage-execution', again))).toEqual({ pipelineExecutionId })
  const { actionExecutionDetails } = await cli('list-action-executions', { pipelineName: 'manual' })
  expect((actionExecutionDetails as { status: string }[]).map(({ status }) => status)).toEqual(['InProgress', 'Failed'])
  await cli('delete-pipeline', { name: 'manual' })
}, 180_000)

test('webhooks: put, called, listed, deleted', async () => {
  const secret = 'a secret of the webhook'
  const { webhook } = await cli('put-webhook', {
    webhook: {
      name: 'hook',
      targetPipeline: 'shop',
      targetAction: 'Fetch',
      filters: [{ jsonPath: '$.ref', matchEquals: 'refs/heads/main' }],
      authentication: 'GITHUB_HMAC',
      authenticationConfiguration: { SecretToken: secret },
    },
  })
  expect(webhook).toMatchObject({ definition: { authenticationConfiguration: { SecretToken: '****' } } })
  expect(await cli('register-webhook-with-third-party', { webhookName: 'hook' })).toEqual({})
  const { url, arn } = webhook as { url: string; arn: string }
  const commit = 'c'.repeat(40)
  const body = JSON.stringify({ ref: 'refs/heads/main', after: commit, head_commit: { id: commit }, commits: [] })
  const headers = {
    'content-type': 'application/json',
    'x-github-event': 'push',
    'x-hub-signature': `sha1=${createHmac('sha1', secret).update(body).digest('hex')}`,
  }
  expect((await fetch(url, { method: 'POST', body, headers })).status).toBe(200)
  expect(await eventually(newest)).toMatchObject({ trigger: { triggerType: 'Webhook', triggerDetail: arn } })
  expect((await fetch(url, { method: 'POST', body: `${body} `, headers })).status).toBe(401)
  expect(await cli('list-webhooks')).toMatchObject({ webhooks: [{ arn, errorCode: 'AuthenticationFailed' }] })
  await cli('deregister-webhook-with-third-party', { webhookName: 'hook' })
  await cli('delete-webhook', { name: 'hook' })
  expect(await cli('list-webhooks')).toEqual({ webhooks: [] })
  expect((await fetch(url, { method: 'POST', body, headers })).status).toBe(404)
}, 180_000)

test('errors have AWS’s codes, and the command its exit code', async () => {
  await expect(cli('get-pipeline', { name: 'none' })).rejects.toMatchObject({
    code: 254,
    stderr: expect.stringContaining('(PipelineNotFoundException) when calling the GetPipeline operation'),
  })
  await expect(cli('get-pipeline', { name: 'no such name' })).rejects.toMatchObject({
    stderr: expect.stringMatching(
      /\(ValidationException\) when calling the GetPipeline operation.*: 1 validation error/,
    ),
  })
}, 180_000)

test('deleting', async () => {
  await cli('delete-pipeline', { name: 'shop' })
  await cli('delete-pipeline', { name: 'shop' })
  expect(await cli('list-pipelines')).toEqual({ pipelines: [] })
  const { owner: _, ...id } = typeId('Build')
  await cli('delete-custom-action-type', id)
  await expect(cli('poll-for-jobs', { actionTypeId: typeId('Build') })).rejects.toMatchObject({
    stderr: expect.stringContaining('ActionTypeNotFoundException'),
  })
}, 180_000)
