/** A job worker as one would be written for AWS, over a whole server: nothing of Penstock's own is used. */
import {
  AcknowledgeJobCommand,
  CodePipelineClient,
  CreateCustomActionTypeCommand,
  CreatePipelineCommand,
  GetJobDetailsCommand,
  GetPipelineExecutionCommand,
  GetPipelineStateCommand,
  type Job,
  ListActionExecutionsCommand,
  ListPipelineExecutionsCommand,
  PollForJobsCommand,
  PutActionRevisionCommand,
  PutApprovalResultCommand,
  PutJobFailureResultCommand,
  PutJobSuccessResultCommand,
  RetryStageExecutionCommand,
} from '@aws-sdk/client-codepipeline'
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { Upload } from '@aws-sdk/lib-storage'
import { eventually } from './support/eventually.js'
import { typeId, workerPipeline } from './support/pipelines.js'
import { type ServerUnderTest, startServerUnderTest } from './support/server.js'

let subject: ServerUnderTest
let admin: CodePipelineClient
let worker: CodePipelineClient

beforeAll(async () => {
  subject = await startServerUnderTest({ overrides: { plugins: { 'jenkins-build': { mode: 'worker' } } } })
  const { endpoint, region } = subject
  admin = new CodePipelineClient({ endpoint, region, credentials: subject.keys, maxAttempts: 1 })
  const credentials = await subject.keysOf('worker', 'AWSCodePipelineCustomActionAccess')
  worker = new CodePipelineClient({ endpoint, region, credentials, maxAttempts: 1 })
  for (const [category, inputs, outputs] of [
    ['Source', 0, 1],
    ['Build', 1, 1],
  ] as const) {
    await admin.send(
      new CreateCustomActionTypeCommand({
        ...typeId(category),
        configurationProperties: [
          { name: 'Token', required: false, key: false, secret: true },
          { name: 'Project', required: true, key: true, secret: false },
        ],
        inputArtifactDetails: { minimumCount: inputs, maximumCount: inputs },
        outputArtifactDetails: { minimumCount: outputs, maximumCount: outputs },
      }),
    )
  }
})
afterAll(() => subject?.stop())

/** Polls until there is a job of that category, and takes it. */
async function take(category: 'Source' | 'Build'): Promise<Job> {
  const job = await eventually(async () => {
    const { jobs } = await worker.send(new PollForJobsCommand({ actionTypeId: typeId(category), maxBatchSize: 1 }))
    return jobs?.[0]
  })
  const { status } = await worker.send(new AcknowledgeJobCommand({ jobId: job.id, nonce: job.nonce }))
  expect(status).toBe('InProgress')
  return job
}

function storeOf(job: Job): S3Client {
  const { endpoint, region } = subject
  const { accessKeyId = '', secretAccessKey = '', sessionToken = '' } = job.data?.artifactCredentials ?? {}
  return new S3Client({ endpoint, region, credentials: { accessKeyId, secretAccessKey, sessionToken }, maxAttempts: 1 })
}

function placeOf(artifact: NonNullable<Job['data']>['inputArtifacts'], index = 0) {
  const { bucketName: Bucket, objectKey: Key } = artifact?.[index]?.location?.s3Location ?? {}
  return { Bucket, Key }
}

async function fetchSource(text: string): Promise<void> {
  const job = await take('Source')
  await storeOf(job).send(new PutObjectCommand({ ...placeOf(job.data?.outputArtifacts), Body: text }))
  const currentRevision = { revision: `r-${text}`, changeIdentifier: text, revisionSummary: `what ${text} brings` }
  await worker.send(new PutJobSuccessResultCommand({ jobId: job.id, currentRevision }))
}

const stages = async (name: string) => {
  const { stageStates } = await admin.send(new GetPipelineStateCommand({ name }))
  return new Map(stageStates?.map((stage) => [stage.stageName, stage]))
}

test('from the source to the approval, through a job that goes on and one that fails', async () => {
  const pipeline = workerPipeline('story', subject.accountId, subject.server.services.identity.bucket)
  await admin.send(new CreatePipelineCommand({ pipeline }))
  await fetchSource('one')

  const first = await take('Build')
  expect(first.data).toMatchObject({
    actionConfiguration: { configuration: { Project: 'story', Token: 'hunter2' } },
    pipelineContext: { pipelineName: 'story', stage: { name: 'Build' }, action: { name: 'Compile' } },
    inputArtifacts: [{ name: 'Source', location: { type: 'S3' } }],
  })
  const input = await storeOf(first).send(new GetObjectCommand(placeOf(first.data?.inputArtifacts)))
  expect(await input.Body?.transformToString()).toBe('one')
  await worker.send(
    new PutJobSuccessResultCommand({
      jobId: first.id,
      continuationToken: 'build-17',
      executionDetails: { summary: 'half way', externalExecutionId: '17', percentComplete: 50 },
    }),
  )
  const half = (await stages('story')).get('Build')?.actionStates?.[0]?.latestExecution
  expect(half).toMatchObject({ status: 'InProgress', summary: 'half way', percentComplete: 50 })

  const second = await take('Build')
  expect(second.data?.continuationToken).toBe('build-17')
  await worker.send(
    new PutJobFailureResultCommand({
      jobId: second.id,
      failureDetails: { type: 'JobFailed', message: 'two tests failed', externalExecutionId: '17' },
    }),
  )
  const failed = await eventually(async () => {
    const stage = (await stages('story')).get('Build')
    return stage?.latestExecution?.status === 'Failed' ? stage : undefined
  })
  expect(failed.actionStates?.[0]?.latestExecution?.errorDetails).toMatchObject({
    code: 'JobFailed',
    message: 'two tests failed',
  })

  const pipelineExecutionId = failed.latestExecution?.pipelineExecutionId
  await admin.send(
    new RetryStageExecutionCommand({
      pipelineName: 'story',
      stageName: 'Build',
      pipelineExecutionId,
      retryMode: 'FAILED_ACTIONS',
    }),
  )
  const third = await take('Build')
  const params = { ...placeOf(third.data?.outputArtifacts), Body: Buffer.alloc(6 * 1024 * 1024, 'x') }
  await new Upload({ client: storeOf(third), params }).done()
  await worker.send(new PutJobSuccessResultCommand({ jobId: third.id, outputVariables: { Size: '6' } }))

  const approval = await eventually(
    async () => (await stages('story')).get('Approve')?.actionStates?.[0]?.latestExecution?.token,
  )
  await admin.send(
    new PutApprovalResultCommand({
      pipelineName: 'story',
      stageName: 'Approve',
      actionName: 'Ask',
      token: approval,
      result: { status: 'Approved', summary: 'looks good' },
    }),
  )
  await eventually(async () => {
    const { pipelineExecution } = await admin.send(
      new GetPipelineExecutionCommand({ pipelineName: 'story', pipelineExecutionId }),
    )
    return pipelineExecution?.status === 'Succeeded'
  })
  const { actionExecutionDetails = [] } = await admin.send(new ListActionExecutionsCommand({ pipelineName: 'story' }))
  const built = actionExecutionDetails.find(
    ({ actionName, status }) => actionName === 'Compile' && status === 'Succeeded',
  )
  expect(built).toMatchObject({
    input: { configuration: { Token: '****' } },
    output: { outputVariables: { Size: '6' } },
    startTime: expect.any(Date),
  })
}, 60_000)

/** A Jenkins' job with AWS's plugin: it polls by its project's name, as a worker's key may, and its calls are that plugin's. */
test('a Jenkins that polls for Build/Custom/Jenkins/1 takes the jobs of its project, and nothing else of the server', async () => {
  const jenkins = { category: 'Build', owner: 'Custom', provider: 'Jenkins', version: '1' } as const
  const base = workerPipeline('jenkins', subject.accountId, subject.server.services.identity.bucket)
  const [source, , approve] = base.stages ?? []
  const compile = (name: string, ProjectName: string, output: string) => ({
    name,
    actionTypeId: jenkins,
    configuration: { ProjectName },
    inputArtifacts: [{ name: 'Source' }],
    outputArtifacts: [{ name: output }],
  })
  const actions = [compile('Site', 'site', 'SiteBuilt'), compile('Other', 'other', 'OtherBuilt')]
  const chain = [source, { name: 'Build', actions }, approve] as typeof base.stages
  await admin.send(new CreatePipelineCommand({ pipeline: { ...base, stages: chain } }))
  await fetchSource('for jenkins')

  const poll = (ProjectName: string) => ({ actionTypeId: jenkins, maxBatchSize: 1, queryParam: { ProjectName } })
  expect((await worker.send(new PollForJobsCommand(poll('nobody')))).jobs).toEqual([])
  const job = await eventually(async () => (await worker.send(new PollForJobsCommand(poll('site')))).jobs?.[0])
  expect(job.data).toMatchObject({
    actionTypeId: jenkins,
    actionConfiguration: { configuration: { ProjectName: 'site' } },
    pipelineContext: { action: { name: 'Site' } },
  })
  const { id: jobId } = job
  expect(await worker.send(new AcknowledgeJobCommand({ jobId, nonce: job.nonce }))).toMatchObject({
    status: 'InProgress',
  })
  const input = await storeOf(job).send(new GetObjectCommand(placeOf(job.data?.inputArtifacts)))
  expect(await input.Body?.transformToString()).toBe('for jenkins')
  const encryption = { ServerSideEncryption: 'aws:kms' } as const
  await storeOf(job).send(
    new PutObjectCommand({ ...placeOf(job.data?.outputArtifacts), ...encryption, Body: 'built by jenkins' }),
  )
  const executionDetails = { summary: 'Finished', percentComplete: 100, externalExecutionId: '42' }
  await worker.send(new PutJobSuccessResultCommand({ jobId, executionDetails }))

  const other = await eventually(async () => (await worker.send(new PollForJobsCommand(poll('other')))).jobs?.[0])
  await worker.send(new AcknowledgeJobCommand({ jobId: other.id, nonce: other.nonce }))
  await worker.send(
    new PutJobFailureResultCommand({
      jobId: other.id,
      failureDetails: { type: 'JobFailed', message: 'Build failed', externalExecutionId: '43' },
    }),
  )
  const states = await eventually(async () => {
    const stage = (await stages('jenkins')).get('Build')
    return stage?.latestExecution?.status === 'Failed' ? stage.actionStates : undefined
  })
  expect(states).toMatchObject([
    { actionName: 'Site', latestExecution: { status: 'Succeeded', externalExecutionId: '42', summary: 'Finished' } },
    { actionName: 'Other', latestExecution: { status: 'Failed', errorDetails: { message: 'Build failed' } } },
  ])

  // The types that plugins of the server run are not for its key.
  const shell = { category: 'Build', owner: 'Custom', provider: 'Shell', version: '1' } as const
  await expect(worker.send(new PollForJobsCommand({ actionTypeId: shell }))).rejects.toMatchObject({
    name: 'AccessDeniedException',
  })
}, 60_000)

test('J14: a new revision starts the pipeline, the same one does not', async () => {
  const pipeline = workerPipeline('revised', subject.accountId, subject.server.services.identity.bucket)
  await admin.send(new CreatePipelineCommand({ pipeline }))
  await fetchSource('start')
  const put = () =>
    admin.send(
      new PutActionRevisionCommand({
        pipelineName: 'revised',
        stageName: 'Source',
        actionName: 'Fetch',
        actionRevision: { revisionId: 'abc', revisionChangeId: 'def', created: new Date() },
      }),
    )
  const first = await put()
  expect(first.newRevision).toBe(true)
  expect(await put()).toMatchObject({ newRevision: false, pipelineExecutionId: first.pipelineExecutionId })
  const { pipelineExecutionSummaries } = await admin.send(
    new ListPipelineExecutionsCommand({ pipelineName: 'revised' }),
  )
  expect(pipelineExecutionSummaries?.map(({ trigger }) => trigger?.triggerType)).toEqual([
    'PutActionRevision',
    'CreatePipeline',
  ])
}, 60_000)

test('a worker may do a worker’s calls, and no more; a job’s own key still less', async () => {
  const pipeline = workerPipeline('scoped', subject.accountId, subject.server.services.identity.bucket)
  await expect(worker.send(new CreatePipelineCommand({ pipeline }))).rejects.toMatchObject({
    name: 'AccessDeniedException',
    message: `User: arn:aws:iam::${subject.accountId}:user/worker is not authorized to perform: codepipeline:CreatePipeline on resource: arn:aws:codepipeline:${subject.region}:${subject.accountId}:scoped`,
  })
  await admin.send(new CreatePipelineCommand({ pipeline }))
  const job = await eventually(async () => {
    const { jobs } = await worker.send(new PollForJobsCommand({ actionTypeId: typeId('Source'), maxBatchSize: 10 }))
    return jobs?.find(({ data }) => data?.pipelineContext?.pipelineName === 'scoped')
  })
  await worker.send(new AcknowledgeJobCommand({ jobId: job.id, nonce: job.nonce }))
  const { endpoint, region } = subject
  const own = new CodePipelineClient({
    endpoint,
    region,
    credentials: await storeOf(job).config.credentials(),
    maxAttempts: 1,
  })
  const details = await own.send(new GetJobDetailsCommand({ jobId: job.id }))
  expect(details.jobDetails?.data?.artifactCredentials?.sessionToken).toEqual(expect.any(String))
  await expect(own.send(new GetPipelineStateCommand({ name: 'scoped' }))).rejects.toMatchObject({
    name: 'AccessDeniedException',
  })
  const elsewhere = { Bucket: placeOf(job.data?.outputArtifacts).Bucket, Key: 'elsewhere', Body: 'x' }
  await expect(storeOf(job).send(new PutObjectCommand(elsewhere))).rejects.toMatchObject({ name: 'AccessDenied' })
  const output = placeOf(job.data?.outputArtifacts)
  await storeOf(job).send(new PutObjectCommand({ ...output, Body: 'x' }))
  await expect(storeOf(job).send(new GetObjectCommand(output))).rejects.toMatchObject({ name: 'AccessDenied' })
  await worker.send(
    new PutJobFailureResultCommand({ jobId: job.id, failureDetails: { type: 'ConfigurationError', message: 'no' } }),
  )
  await expect(own.send(new GetJobDetailsCommand({ jobId: job.id }))).rejects.toMatchObject({
    name: 'UnrecognizedClientException',
  })
  const late = storeOf(job).send(new PutObjectCommand({ ...output, Body: 'after the end' }))
  await expect(late).rejects.toMatchObject({ name: 'InvalidAccessKeyId' })
  expect(subject.log.join('\n')).not.toContain('hunter2')
}, 60_000)
