/** A pipeline that has every member of the newest model, and what is answered of its execution. */
import type { PipelineDeclaration } from '@aws-sdk/client-codepipeline'
import { eventually } from '../../support/eventually.js'
import { typeId } from '../../support/pipelines.js'
import { artifactDetails, partnerType, type World } from '../../support/world.js'

const linked = { ...typeId('Build'), version: 'linked' }

/** A type with all of its links. */
export async function linkedType(world: World): Promise<void> {
  const { owner: _, ...type } = linked
  const settings = {
    thirdPartyConfigurationUrl: 'https://ci.example/new',
    entityUrlTemplate: 'https://ci.example/{Config:Project}',
    executionUrlTemplate: 'https://ci.example/{Config:Project}/{ExternalExecutionId}',
    revisionUrlTemplate: 'https://git.example/{Config:Project}',
  }
  const project = { name: 'Project', required: true, key: true, secret: false, description: 'whose', type: 'String' }
  const given = { ...type, settings, configurationProperties: [project], ...artifactDetails }
  expect(await world.call('CreateCustomActionType', given)).toMatchObject({ actionType: { settings } })
}

/** A partner's type with all that an executor may have. */
export async function partnersType(world: World): Promise<void> {
  const declaration = {
    id: partnerType,
    description: 'of a partner',
    executor: {
      type: 'JobWorker',
      configuration: {
        jobWorkerExecutorConfiguration: {
          pollingAccounts: ['123456789012'],
          pollingServicePrincipals: ['partner.example'],
        },
        lambdaExecutorConfiguration: { lambdaFunctionArn: 'arn:aws:lambda:us-east-1:123456789012:function:f' },
      },
      jobTimeout: 3600,
      policyStatementsTemplate: '{}',
    },
    permissions: { allowedAccounts: ['123456789012'] },
    properties: [{ name: 'Project', optional: true, key: false, noEcho: false, queryable: false, description: 'x' }],
    urls: {
      configurationUrl: 'https://partner.example/new',
      entityUrlTemplate: 'https://partner.example/{Config:Project}',
      executionUrlTemplate: 'https://partner.example/{ExternalExecutionId}',
      revisionUrlTemplate: 'https://partner.example/{Config:Project}/revision',
    },
    ...artifactDetails,
  }
  await world.call('UpdateActionType', { actionType: declaration })
  expect(await world.call('GetActionType', partnerType)).toEqual({ actionType: declaration })
}

const rule = (name: string, Value: string) => ({
  name,
  ruleTypeId: { category: 'Rule', owner: 'AWS', provider: 'VariableCheck', version: '1' } as const,
  configuration: { Variable: '#{variables.Region}', Value, Operator: 'EQ' },
  region: 'us-east-1',
})

export function declaration(world: World): PipelineDeclaration {
  const { stages = [], roleArn, artifactStore, ...pipeline } = world.declaration()
  const [source, build, approve] = stages
  const role = { roleArn: String(roleArn) }
  const [fetch] = source?.actions ?? []
  const [compile] = build?.actions ?? []
  const [ask] = approve?.actions ?? []
  return {
    ...pipeline,
    ...role,
    artifactStore: { ...artifactStore, encryptionKey: { id: 'alias/penstock', type: 'KMS' } } as typeof artifactStore,
    pipelineType: 'V2',
    executionMode: 'QUEUED',
    variables: [{ name: 'Region', defaultValue: 'eu', description: 'wohin' }],
    stages: [
      { name: 'Source', actions: [{ ...fetch, ...role, region: 'us-east-1' }] },
      {
        name: 'Build',
        blockers: [{ name: 'night', type: 'Schedule' }],
        beforeEntry: { conditions: [{ result: 'FAIL', rules: [{ ...rule('Enter', 'eu'), ...role }] }] },
        onSuccess: {
          conditions: [
            {
              result: 'FAIL',
              rules: [
                {
                  name: 'Leave',
                  ruleTypeId: { category: 'Rule', owner: 'AWS', provider: 'Commands', version: '1' },
                  region: 'us-east-1',
                  commands: ['false'],
                  inputArtifacts: [{ name: 'Source' }],
                  timeoutInMinutes: 5,
                },
              ],
            },
          ],
        },
        onFailure: { result: 'RETRY', retryConfiguration: { retryMode: 'ALL_ACTIONS' } },
        actions: [
          {
            ...compile,
            ...role,
            actionTypeId: linked,
            configuration: { Project: 'all' },
            runOrder: 2,
            commands: ['make'],
            outputVariables: ['Size'],
            outputArtifacts: [{ name: 'Built', files: ['**/*'] }],
            environmentVariables: [{ name: 'LANG', value: 'C.UTF-8', type: 'PLAINTEXT' }],
          },
        ],
      },
      { name: 'Approve', actions: [{ ...ask, timeoutInMinutes: 60 }] },
    ] as PipelineDeclaration['stages'],
  }
}

/** Through a build that goes on once, fails once, is retried by itself (R4), and a condition that fails at its end. */
export async function everything(world: World): Promise<void> {
  const pipeline = declaration(world)
  const name = String(pipeline.name)
  await world.call('CreatePipeline', { pipeline })
  const { pipeline: shown } = await world.call('GetPipeline', { name })
  expect(shown).toMatchObject({ ...pipeline, version: 1 })
  const pipelineExecutionId = await world.newest(name)
  const { jobId } = await world.acknowledged(name)
  const currentRevision = {
    revision: 'r1',
    changeIdentifier: 'c1',
    created: new Date(0),
    revisionSummary: 'what it is',
  }
  await world.call('PutJobSuccessResult', { jobId, currentRevision })
  const behind = await world.call('StartPipelineExecution', { name })
  await world.succeed(name)
  expect(await world.call('GetPipelineState', { name })).toMatchObject({
    stageStates: [{}, { inboundExecution: { ...behind, status: 'InProgress', type: 'STANDARD' } }, {}], // it waits its turn (X5)
  })
  await world.call('StopPipelineExecution', { pipelineName: name, ...behind }) // and never enters (T5)
  const build = async () => {
    const jobs = await eventually(async () => {
      const { jobs } = await world.call('PollForJobs', { actionTypeId: linked, maxBatchSize: 1 })
      return (jobs as { id: string; nonce: string; data: object }[])[0]
    })
    await world.call('AcknowledgeJob', { jobId: jobs.id, nonce: jobs.nonce })
    return jobs
  }
  const executionDetails = { summary: 'half way', externalExecutionId: '17', percentComplete: 50 }
  const first = await build()
  await world.call('PutJobSuccessResult', { jobId: first.id, continuationToken: 'more', executionDetails })
  const second = await build()
  expect(second.data).toMatchObject({ continuationToken: 'more', encryptionKey: { id: 'alias/penstock', type: 'KMS' } })
  const failureDetails = { type: 'JobFailed', message: 'x', externalExecutionId: '17' }
  await world.call('PutJobFailureResult', { jobId: second.id, failureDetails })
  const third = await build()
  await world.call('PutJobSuccessResult', { jobId: third.id, executionDetails })
  await world.reached({ pipelineName: name, pipelineExecutionId }, 'Failed')
  await looks(world, name, pipelineExecutionId)
}

async function looks(world: World, pipelineName: string, pipelineExecutionId: string): Promise<void> {
  const { stageStates } = await world.call('GetPipelineState', { name: pipelineName })
  expect((stageStates as object[])[1]).toMatchObject({
    latestExecution: { pipelineExecutionId, status: 'Failed', type: 'STANDARD' },
    beforeEntryConditionState: {
      latestExecution: { status: 'Succeeded' },
      conditionStates: [{ ruleStates: [{ ruleName: 'Enter', latestExecution: { status: 'Succeeded' } }] }],
    },
    onSuccessConditionState: { latestExecution: { status: 'Failed', summary: expect.stringContaining('Leave') } },
    actionStates: [
      {
        entityUrl: 'https://ci.example/all',
        revisionUrl: 'https://git.example/all',
        latestExecution: {
          status: 'Succeeded',
          summary: 'half way',
          percentComplete: 100,
          externalExecutionId: '17',
          externalExecutionUrl: 'https://ci.example/all/17',
        },
      },
    ],
    retryStageMetadata: { autoStageRetryAttempt: 1, latestRetryTrigger: 'AutomatedStageRetry' },
  })
  const { ruleExecutionDetails } = await world.call('ListRuleExecutions', { pipelineName, maxResults: 2 })
  expect((ruleExecutionDetails as object[])[1]).toMatchObject({
    ruleName: 'Enter',
    input: {
      roleArn: expect.stringContaining(':role/'),
      region: 'us-east-1',
      resolvedConfiguration: { Variable: 'eu' },
    },
  })
  const { pipelineExecutionSummaries } = await world.call('ListPipelineExecutions', { pipelineName, maxResults: 2 })
  expect((pipelineExecutionSummaries as object[])[1]).toMatchObject({
    sourceRevisions: [{ actionName: 'Fetch', revisionId: 'r1', revisionSummary: 'what it is' }],
    executionMode: 'QUEUED',
  })
}
