/** What only the newest service model has, through the JavaScript SDK: nothing of a structure is lost on its way. */
import {
  CodePipelineClient,
  CreateCustomActionTypeCommand,
  CreatePipelineCommand,
  GetPipelineCommand,
  GetPipelineExecutionCommand,
  ListRuleTypesCommand,
  type PipelineDeclaration,
  RollbackStageCommand,
  StartPipelineExecutionCommand,
} from '@aws-sdk/client-codepipeline'
import { typeId, workerPipeline } from './support/pipelines.js'
import { type ServerUnderTest, startServerUnderTest } from './support/server.js'

let subject: ServerUnderTest
let client: CodePipelineClient

beforeAll(async () => {
  subject = await startServerUnderTest()
  const { endpoint, region, keys } = subject
  client = new CodePipelineClient({ endpoint, region, credentials: keys, maxAttempts: 1 })
  for (const category of ['Source', 'Build'] as const) {
    await client.send(
      new CreateCustomActionTypeCommand({
        ...typeId(category),
        configurationProperties: ['Token', 'Project'].map((name) => {
          return { name, required: false, key: false, secret: name === 'Token' }
        }),
        inputArtifactDetails: { minimumCount: 0, maximumCount: 5 },
        outputArtifactDetails: { minimumCount: 0, maximumCount: 5 },
      }),
    )
  }
})
afterAll(() => subject?.stop())

function newest(): PipelineDeclaration {
  const { stages = [], ...pipeline } = workerPipeline(
    'newest',
    subject.accountId,
    subject.server.services.identity.bucket,
  )
  const [source, build, approve] = stages
  const check = {
    name: 'Check',
    ruleTypeId: { category: 'Rule', owner: 'AWS', provider: 'VariableCheck', version: '1' },
    configuration: { Variable: '#{variables.Region}', Value: 'eu', Operator: 'EQ' },
  } as const
  return {
    ...pipeline,
    pipelineType: 'V2',
    executionMode: 'QUEUED',
    variables: [{ name: 'Region', defaultValue: 'eu', description: 'where to' }],
    stages: [
      { name: source?.name, actions: source?.actions },
      {
        name: build?.name,
        actions: build?.actions,
        beforeEntry: { conditions: [{ result: 'FAIL', rules: [check] }] },
        onFailure: { result: 'RETRY', retryConfiguration: { retryMode: 'ALL_ACTIONS' } },
      },
      { name: approve?.name, actions: approve?.actions?.map((action) => ({ ...action, timeoutInMinutes: 60 })) },
    ],
  }
}

test('a structure comes back as it went, with its defaults', async () => {
  const sent = newest()
  await client.send(new CreatePipelineCommand({ pipeline: sent }))
  const { pipeline, metadata } = await client.send(new GetPipelineCommand({ name: 'newest' }))
  expect(pipeline).toMatchObject({
    ...sent,
    version: 1,
    stages: sent.stages?.map((stage) => ({
      ...stage,
      actions: stage.actions?.map(({ configuration, ...action }) => ({ ...action, runOrder: 1 })),
    })),
  })
  expect(metadata?.created).toBeInstanceOf(Date)
})

test('S14, X13: variables of an execution', async () => {
  const start = (value: string, name = 'Region') =>
    client.send(new StartPipelineExecutionCommand({ name: 'newest', variables: [{ name, value }] }))
  const { pipelineExecutionId } = await start('us')
  const { pipelineExecution } = await client.send(
    new GetPipelineExecutionCommand({ pipelineName: 'newest', pipelineExecutionId }),
  )
  expect(pipelineExecution).toMatchObject({
    variables: [{ name: 'Region', resolvedValue: 'us' }],
    executionMode: 'QUEUED',
    executionType: 'STANDARD',
  })
  await expect(start('us', 'Nowhere')).rejects.toMatchObject({ name: 'ValidationException' })
  await expect(start('')).rejects.toMatchObject({
    name: 'ValidationException',
    message: expect.stringContaining("Value at 'variables.1.member.value' failed to satisfy constraint"),
  })
})

test('C5: rule types', async () => {
  const { ruleTypes } = await client.send(new ListRuleTypesCommand({}))
  expect(ruleTypes?.map(({ id }) => id?.provider)).toEqual(
    expect.arrayContaining(['VariableCheck', 'DeploymentWindow']),
  )
})

test('R7: a source stage cannot be rolled back', async () => {
  const { pipelineExecutionId } = await client.send(new StartPipelineExecutionCommand({ name: 'newest' }))
  const command = new RollbackStageCommand({
    pipelineName: 'newest',
    stageName: 'Source',
    targetPipelineExecutionId: pipelineExecutionId,
  })
  await expect(client.send(command)).rejects.toMatchObject({ name: 'UnableToRollbackStageException' })
})
