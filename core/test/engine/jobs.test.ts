import type { ActionTypeId } from '../../src/domain/action-type.js'
import { acknowledgeWithinMs } from '../../src/engine/jobs.js'
import { defaultLeaseMs as lease } from '../../src/engine/local-jobs.js'
import { sweep } from '../../src/engine/sweep.js'
import { action, type Bench, bench, failure, me, pipeline, stage, typeIds } from './support.js'

let b: Bench
beforeEach(async () => {
  b = await bench()
  await b.operations.createPipeline(me, {
    pipeline: pipeline([
      stage('Build', [
        action('a', {
          inputArtifacts: [{ name: 'tree' }],
          outputArtifacts: [{ name: 'site' }],
          configuration: { Secret: 'hush' },
        }),
      ]),
    ]),
  })
  await b.finish('Repo', { currentRevision: { revisionId: 'c0ffee' } })
})
afterEach(() => b.close())

const poll = async (actionTypeId: ActionTypeId = typeIds.build) =>
  (await b.operations.pollForJobs(me, { actionTypeId })).jobs
const nobody = '00000000-0000-0000-0000-000000000000'

test('J3, J5: a poll hands the job out, secrets in clear, artifacts with their places', async () => {
  const [job] = await poll()
  expect(job).toMatchObject({
    accountId: '123456789012',
    data: {
      actionTypeId: typeIds.build,
      actionConfiguration: { configuration: { Secret: 'hush' } },
      pipelineContext: {
        pipelineName: 'demo',
        stage: { name: 'Build' },
        action: { name: 'a' },
        pipelineArn: 'arn:aws:codepipeline:eu-central-1:123456789012:demo',
      },
      inputArtifacts: [
        {
          name: 'tree',
          revision: 'c0ffee',
          location: { type: 'S3', s3Location: { bucketName: 'codepipeline-eu-central-1-1234567890' } },
        },
      ],
      outputArtifacts: [{ name: 'site' }],
      artifactCredentials: { accessKeyId: 'ASIA', secretAccessKey: 's', sessionToken: 't' },
    },
  })
  expect(job?.data.outputArtifacts[0]?.location.s3Location.objectKey).toMatch(/^demo\/site\/[0-9a-f]+$/)
  expect(await poll()).toEqual([])
})

test('J5: only types of owner Custom that exist can be polled', async () => {
  await expect(poll(typeIds.approval)).rejects.toMatchObject({ code: 'ValidationException' })
  await expect(poll({ ...typeIds.build, provider: 'Nope' })).rejects.toMatchObject({
    code: 'ActionTypeNotFoundException',
  })
})

test('J6: acknowledged with its nonce it is in progress; with another it is refused', async () => {
  const [job] = await poll()
  await expect(b.operations.acknowledgeJob(me, { jobId: job?.id ?? '', nonce: 'wrong' })).rejects.toMatchObject({
    code: 'InvalidNonceException',
  })
  expect(await b.operations.acknowledgeJob(me, { jobId: job?.id ?? '', nonce: job?.nonce ?? '' })).toEqual({
    status: 'InProgress',
  })
  await expect(b.operations.acknowledgeJob(me, { jobId: nobody, nonce: 'x' })).rejects.toMatchObject({
    code: 'JobNotFoundException',
  })
})

test('J6: never acknowledged, it is handed out again under a new nonce', async () => {
  const [first] = await poll()
  await b.clock.advance(acknowledgeWithinMs)
  await sweep(b.engine)
  const [second] = await poll()
  expect(second?.id).toBe(first?.id)
  await expect(
    b.operations.acknowledgeJob(me, { jobId: first?.id ?? '', nonce: first?.nonce ?? '' }),
  ).rejects.toMatchObject({ code: 'InvalidNonceException' })
})

async function acknowledged(): Promise<string> {
  const [job] = await poll()
  await b.operations.acknowledgeJob(me, { jobId: job?.id ?? '', nonce: job?.nonce ?? '' })
  return job?.id ?? ''
}

test('J7: a continuation ends this job and queues another that carries the token', async () => {
  const jobId = await acknowledged()
  await b.operations.putJobSuccessResult(me, {
    jobId,
    continuationToken: 'build-7',
    executionDetails: { summary: 'half way', percentComplete: 50 },
  })
  expect(await b.state()).toMatchObject({ 'Build/a': 'InProgress' })
  const [next] = await poll()
  expect(next?.id).not.toBe(jobId)
  expect(next?.data.continuationToken).toBe('build-7')
})

test('J8: execution details show in the state, with the URL of the action type filled in', async () => {
  const jobId = await acknowledged()
  await b.operations.putJobSuccessResult(me, {
    jobId,
    executionDetails: { summary: 'built', externalExecutionId: '7' },
  })
  const { stageStates } = await b.operations.getPipelineState(me, { name: 'demo' })
  expect(stageStates[1]?.actionStates[0]?.latestExecution).toMatchObject({
    status: 'Succeeded',
    summary: 'built',
    externalExecutionId: '7',
    percentComplete: 100,
  })
})

test('J9: a job that is not in progress takes no result, an unknown one is not found', async () => {
  const [job] = await poll()
  const result = { jobId: job?.id ?? '' }
  await expect(b.operations.putJobSuccessResult(me, result)).rejects.toMatchObject({ code: 'InvalidJobStateException' })
  await expect(
    b.operations.putJobFailureResult(me, { jobId: nobody, failureDetails: failure() }),
  ).rejects.toMatchObject({ code: 'JobNotFoundException' })
})

test('J10: an action that takes too long fails, and its job takes no result any more', async () => {
  const jobId = await acknowledged()
  await b.clock.advance(60 * 60_000)
  await sweep(b.engine)
  expect(await b.state()).toMatchObject({ 'Build/a': 'Failed' })
  await expect(b.operations.putJobSuccessResult(me, { jobId })).rejects.toMatchObject({
    code: 'InvalidJobStateException',
  })
})

test('J12: a failure becomes the action’s error', async () => {
  const jobId = await acknowledged()
  await b.operations.putJobFailureResult(me, {
    jobId,
    failureDetails: { type: 'ConfigurationError', message: 'no compiler' },
  })
  const { stageStates } = await b.operations.getPipelineState(me, { name: 'demo' })
  expect(stageStates[1]?.actionStates[0]?.latestExecution).toMatchObject({
    status: 'Failed',
    errorDetails: { code: 'ConfigurationError', message: 'no compiler' },
  })
})

test('J13: the details of a job that is no partner’s are not for partners', async () => {
  const jobId = await acknowledged()
  const wrong = b.operations.getThirdPartyJobDetails(me, { jobId, clientToken: 'any' })
  await expect(wrong).rejects.toMatchObject({ code: 'InvalidJobException' })
})

test('V6: output variables and a continuation token do not go together', async () => {
  const jobId = await acknowledged()
  const both = b.operations.putJobSuccessResult(me, { jobId, continuationToken: 't', outputVariables: { A: '1' } })
  await expect(both).rejects.toMatchObject({ code: 'ValidationException' })
})

test('J14: a revision that was used before starts nothing', async () => {
  const put = (revisionId: string) =>
    b.operations.putActionRevision(me, {
      pipelineName: 'demo',
      stageName: 'Source',
      actionName: 'Repo',
      actionRevision: { revisionId, revisionChangeId: revisionId, created: new Date(0) },
    })
  const { pipelineExecutionSummaries } = await b.operations.listPipelineExecutions(me, { pipelineName: 'demo' })
  const pipelineExecutionId = pipelineExecutionSummaries[0]?.pipelineExecutionId
  expect(await put('c0ffee')).toEqual({ newRevision: false, pipelineExecutionId })
  expect(await put('decaf')).toMatchObject({ newRevision: true })
})

describe('our own workers', () => {
  const claim = async (worker: string) => (await b.jobs.claim(worker, ['Build/Custom/Make/1'], 1))[0]

  test('a result counts once, however often it is sent', async () => {
    const job = await claim('one')
    await b.jobs.succeed(job?.id ?? '', job?.fence ?? 0, {})
    await b.jobs.succeed(job?.id ?? '', job?.fence ?? 0, {})
    expect(await b.executions()).toEqual(['Succeeded'])
  })

  test('what a worker had before it died, it finds again, with its checkpoint', async () => {
    const job = await claim('one')
    await b.jobs.checkpoint(job?.id ?? '', job?.fence ?? 0, '{"at":3}')
    expect(await b.jobs.recover('one')).toMatchObject([{ id: job?.id, continuationToken: '{"at":3}' }])
    expect(await b.jobs.recover('two')).toEqual([])
  })

  test('a lost worker’s build is reported lost, not run again', async () => {
    await claim('one')
    await b.clock.advance(lease)
    await sweep(b.engine)
    const { stageStates } = await b.operations.getPipelineState(me, { name: 'demo' })
    expect(stageStates[1]?.actionStates[0]?.latestExecution?.errorDetails).toMatchObject({
      code: 'SystemUnavailable',
      message: expect.stringContaining('one'),
    })
  })

  test('a lost worker’s idempotent work goes to another, and the first one’s word counts no more', async () => {
    await b.operations.startPipelineExecution(me, { name: 'demo' })
    const [first] = await b.jobs.claim('one', ['Source/Custom/Repo/1'], 1)
    await b.clock.advance(lease)
    await sweep(b.engine)
    const [second] = await b.jobs.claim('two', ['Source/Custom/Repo/1'], 1)
    expect(second?.id).toBe(first?.id)
    await expect(b.jobs.succeed(first?.id ?? '', first?.fence ?? 0, {})).rejects.toMatchObject({
      code: 'InvalidJobStateException',
    })
    await b.jobs.succeed(second?.id ?? '', second?.fence ?? 0, {})
  })
})

test('a deploy action’s targets are listed, filtered by status, in pages', async () => {
  const [job] = await b.jobs.claim('w', ['Build/Custom/Make/1'], 1)
  const events = [{ name: 'Install', status: 'Succeeded', startTime: new Date(1_000), context: { message: 'ok' } }]
  const target = (targetId: string, status: string) => ({
    targetId,
    targetType: 'SSH',
    status,
    startTime: new Date(500),
    events,
  })
  await b.jobs.targets(job?.id ?? '', job?.fence ?? 0, [target('one', 'InProgress'), target('two', 'InProgress')])
  await b.jobs.targets(job?.id ?? '', job?.fence ?? 0, [target('one', 'Succeeded'), target('two', 'InProgress')])
  const actionExecutionId = job?.data.actionExecutionId ?? ''
  const list = (more = {}) => b.operations.listDeployActionExecutionTargets(me, { actionExecutionId, ...more })
  const page = await list({ maxResults: 1 })
  expect(page).toMatchObject({ targets: [target('one', 'Succeeded')], nextToken: expect.any(String) })
  expect((await list({ maxResults: 1, nextToken: page.nextToken })).targets).toEqual([target('two', 'InProgress')])
  expect((await list({ filters: [{ name: 'TARGET_STATUS', values: ['Succeeded'] }] })).targets).toHaveLength(1)
  await expect(list({ actionExecutionId: 'nobody' })).rejects.toMatchObject({
    code: 'ActionExecutionNotFoundException',
  })
})
