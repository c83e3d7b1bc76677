/** All 44 operations through the JavaScript SDK: each is served, and refuses in its own declared words. */
import * as sdk from '@aws-sdk/client-codepipeline'
import { type ServerUnderTest, startServerUnderTest } from './support/server.js'

let subject: ServerUnderTest
let client: sdk.CodePipelineClient
const uuid = '0f0c9d8a-1c7d-4b9f-8a52-3b1f6f6f2a11'
const at = { pipelineName: 'none', stageName: 'Build' }
const custom = { category: 'Build', provider: 'None', version: '1' }
const typeId = { ...custom, owner: 'Custom' }
const counts = {
  inputArtifactDetails: { minimumCount: 0, maximumCount: 1 },
  outputArtifactDetails: { minimumCount: 0, maximumCount: 1 },
}
const failureDetails = { type: 'JobFailed', message: 'x' }
const stage = (name: string) => ({ name, actions: [{ name: 'A', actionTypeId: typeId }] })

beforeAll(async () => {
  subject = await startServerUnderTest()
  const { endpoint, region, keys } = subject
  client = new sdk.CodePipelineClient({ endpoint, region, credentials: keys, maxAttempts: 1 })
})
afterAll(() => subject?.stop())

const arn = () => `arn:aws:codepipeline:${subject.region}:${subject.accountId}:none`
const pipeline = () => ({ name: 'none', roleArn: `arn:aws:iam::${subject.accountId}:role/r`, stages: [stage('Build')] })

test.each<[string, () => object, string]>([
  ['AcknowledgeJob', () => ({ jobId: uuid, nonce: '1' }), 'JobNotFoundException'],
  ['AcknowledgeThirdPartyJob', () => ({ jobId: uuid, nonce: '1', clientToken: 'x' }), 'JobNotFoundException'],
  ['CreateCustomActionType', () => ({ ...custom, category: 'Approval', ...counts }), 'ok|ValidationException'],
  ['CreatePipeline', () => ({ pipeline: pipeline() }), 'InvalidStructureException|ValidationException'],
  ['DeleteCustomActionType', () => ({ ...custom, provider: 'Nobody' }), 'ok|ValidationException'],
  ['DeletePipeline', () => ({ name: 'none' }), 'ok'],
  ['DeleteWebhook', () => ({ name: 'none' }), 'ok'],
  ['DeregisterWebhookWithThirdParty', () => ({ webhookName: 'none' }), 'WebhookNotFoundException'],
  ['DisableStageTransition', () => ({ ...at, transitionType: 'Inbound', reason: 'x' }), 'PipelineNotFoundException'],
  ['EnableStageTransition', () => ({ ...at, transitionType: 'Inbound' }), 'PipelineNotFoundException'],
  ['GetActionType', () => ({ ...custom, owner: 'ThirdParty' }), 'ActionTypeNotFoundException'],
  ['GetJobDetails', () => ({ jobId: uuid }), 'JobNotFoundException'],
  ['GetPipeline', () => ({ name: 'none' }), 'PipelineNotFoundException'],
  ['GetPipelineExecution', () => ({ ...at, pipelineExecutionId: uuid }), 'PipelineNotFoundException'],
  ['GetPipelineState', () => ({ name: 'none' }), 'PipelineNotFoundException'],
  ['GetThirdPartyJobDetails', () => ({ jobId: uuid, clientToken: 'x' }), 'JobNotFoundException'],
  ['ListActionExecutions', () => at, 'PipelineNotFoundException'],
  ['ListActionTypes', () => ({}), 'ok'],
  ['ListDeployActionExecutionTargets', () => ({ actionExecutionId: uuid }), 'ActionExecutionNotFoundException'],
  ['ListPipelineExecutions', () => at, 'PipelineNotFoundException'],
  ['ListPipelines', () => ({ maxResults: 1000 }), 'ok'],
  ['ListRuleExecutions', () => at, 'PipelineNotFoundException'],
  ['ListRuleTypes', () => ({}), 'ok'],
  ['ListTagsForResource', () => ({ resourceArn: arn() }), 'ResourceNotFoundException'],
  ['ListWebhooks', () => ({}), 'ok'],
  [
    'OverrideStageCondition',
    () => ({ ...at, pipelineExecutionId: uuid, conditionType: 'ON_SUCCESS' }),
    'PipelineNotFoundException',
  ],
  ['PollForJobs', () => ({ actionTypeId: typeId }), 'ActionTypeNotFoundException'],
  [
    'PollForThirdPartyJobs',
    () => ({ actionTypeId: { ...typeId, owner: 'ThirdParty' } }),
    'ActionTypeNotFoundException',
  ],
  [
    'PutActionRevision',
    () => ({ ...at, actionName: 'A', actionRevision: { revisionId: 'a', revisionChangeId: 'b', created: new Date() } }),
    'PipelineNotFoundException',
  ],
  [
    'PutApprovalResult',
    () => ({ ...at, actionName: 'A', token: uuid, result: { status: 'Approved', summary: '' } }),
    'PipelineNotFoundException',
  ],
  ['PutJobFailureResult', () => ({ jobId: uuid, failureDetails }), 'JobNotFoundException'],
  ['PutJobSuccessResult', () => ({ jobId: uuid }), 'JobNotFoundException'],
  ['PutThirdPartyJobFailureResult', () => ({ jobId: uuid, clientToken: 'x', failureDetails }), 'JobNotFoundException'],
  ['PutThirdPartyJobSuccessResult', () => ({ jobId: uuid, clientToken: 'x' }), 'JobNotFoundException'],
  [
    'PutWebhook',
    () => ({
      webhook: {
        name: 'hook',
        targetPipeline: 'none',
        targetAction: 'A',
        filters: [{ jsonPath: 'no path' }],
        authentication: 'UNAUTHENTICATED',
        authenticationConfiguration: {},
      },
    }),
    'InvalidWebhookFilterPatternException',
  ],
  ['RegisterWebhookWithThirdParty', () => ({ webhookName: 'none' }), 'WebhookNotFoundException'],
  [
    'RetryStageExecution',
    () => ({ ...at, pipelineExecutionId: uuid, retryMode: 'ALL_ACTIONS' }),
    'PipelineNotFoundException',
  ],
  ['RollbackStage', () => ({ ...at, targetPipelineExecutionId: uuid }), 'PipelineNotFoundException'],
  ['StartPipelineExecution', () => ({ name: 'none' }), 'PipelineNotFoundException'],
  ['StopPipelineExecution', () => ({ ...at, pipelineExecutionId: uuid }), 'PipelineNotFoundException'],
  ['TagResource', () => ({ resourceArn: arn(), tags: [] }), 'ResourceNotFoundException'],
  ['UntagResource', () => ({ resourceArn: arn(), tagKeys: [] }), 'ResourceNotFoundException'],
  [
    'UpdateActionType',
    () => ({
      actionType: {
        id: { ...custom, owner: 'ThirdParty' },
        executor: { type: 'JobWorker', configuration: { jobWorkerExecutorConfiguration: {} } },
        ...counts,
      },
    }),
    'ActionTypeNotFoundException',
  ],
  ['UpdatePipeline', () => ({ pipeline: pipeline() }), 'PipelineNotFoundException'],
])('%s', async (name, input, expected) => {
  // biome-ignore lint/performance/noDynamicNamespaceImportAccess: the names are what is tested.
  const Command = sdk[`${name}Command` as 'ListPipelinesCommand']
  const outcome = await client.send(new Command(input() as never)).then(
    () => 'ok',
    (error: Error) => error.name,
  )
  expect(outcome).toMatch(new RegExp(`^(${expected})$`))
})

test('those were all of them', () => {
  const commands = Object.keys(sdk).filter((name) => name.endsWith('Command') && name !== '$Command')
  expect(commands).toHaveLength(44)
})
