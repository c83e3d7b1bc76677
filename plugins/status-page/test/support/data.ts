import type { PipelineDeclaration, Views } from '@penstock/core'

const minute = 60_000
export const ids = {
  running: '5d6e7f80-1111-4aaa-8bbb-000000000003',
  waiting: '6e7f8091-2222-4aaa-8bbb-000000000004',
  done: '4c5d6e7f-0000-4aaa-8bbb-000000000002',
  failed: '3b4c5d6e-9999-4aaa-8bbb-000000000001',
  rake: 'aaaaaaaa-0000-4000-8000-000000000001',
  lint: 'aaaaaaaa-0000-4000-8000-000000000002',
  approve: 'aaaaaaaa-0000-4000-8000-000000000003',
  source: 'aaaaaaaa-0000-4000-8000-000000000004',
  deploy: 'aaaaaaaa-0000-4000-8000-000000000005',
  token: 'bbbbbbbb-0000-4000-8000-00000000000a',
} as const

const type = (category: string, owner: string, provider: string) =>
  ({
    category,
    owner,
    provider,
    version: '1',
  }) as PipelineDeclaration['stages'][number]['actions'][number]['actionTypeId']

/** A pipeline as a team would have it: two builds side by side, an approval, a deployment. */
export const shop: PipelineDeclaration = {
  name: 'shop-frontend',
  roleArn: 'arn:aws:iam::123456789012:role/service-role/AWSCodePipelineServiceRole',
  artifactStore: { type: 'S3', location: 'codepipeline-eu-west-1-1234567890' },
  version: 7,
  executionMode: 'SUPERSEDED',
  pipelineType: 'V2',
  variables: [{ name: 'Channel', defaultValue: 'stable', description: 'Which customers get it first.' }],
  stages: [
    {
      name: 'Source',
      actions: [
        {
          name: 'GitHub',
          actionTypeId: type('Source', 'ThirdParty', 'GitHub'),
          runOrder: 1,
          configuration: { Owner: 'riverside', Repo: 'shop-frontend', Branch: 'main', OAuthToken: '****' },
          inputArtifacts: [],
          outputArtifacts: [{ name: 'SourceOutput' }],
          namespace: 'SourceVariables',
        },
      ],
    },
    {
      name: 'Build',
      onFailure: { result: 'RETRY' },
      actions: [
        {
          name: 'Rake',
          actionTypeId: type('Build', 'Custom', 'Rake'),
          runOrder: 1,
          configuration: { Task: 'package' },
          inputArtifacts: [{ name: 'SourceOutput' }],
          outputArtifacts: [{ name: 'BuildOutput', files: ['pkg/**'] }],
        },
        {
          name: 'Lint',
          actionTypeId: type('Build', 'Custom', 'Rake'),
          runOrder: 1,
          configuration: { Task: 'lint' },
          inputArtifacts: [{ name: 'SourceOutput' }],
          outputArtifacts: [],
        },
        {
          name: 'Load',
          actionTypeId: type('Test', 'ThirdParty', 'BlazeMeter'),
          runOrder: 2,
          configuration: { ApiKey: 'key-1', ApiSecret: '****' },
          inputArtifacts: [{ name: 'BuildOutput' }],
          outputArtifacts: [],
        },
      ],
    },
    {
      name: 'Approve',
      actions: [
        {
          name: 'Release',
          actionTypeId: type('Approval', 'AWS', 'Manual'),
          runOrder: 1,
          configuration: {
            CustomData: 'Is the staging shop all right?\nCheckout and search at least.',
            ExternalEntityLink: 'https://staging.example.com/shop',
          },
        },
      ],
    },
    {
      name: 'Deploy',
      beforeEntry: {
        conditions: [
          {
            result: 'FAIL',
            rules: [
              {
                name: 'OfficeHours',
                ruleTypeId: { category: 'Rule', owner: 'AWS', provider: 'DeploymentWindow', version: '1' },
              },
            ],
          },
        ],
      },
      actions: [
        {
          name: 'Hosts',
          actionTypeId: type('Deploy', 'AWS', 'CodeDeploy'),
          runOrder: 1,
          configuration: { ApplicationName: 'shop', DeploymentGroupName: 'production' },
          inputArtifacts: [{ name: 'BuildOutput' }],
        },
      ],
    },
  ],
}

const commit = (revisionId: string, revisionSummary: string) => [
  {
    actionName: 'GitHub',
    revisionId,
    revisionSummary,
    revisionUrl: `https://github.com/riverside/shop-frontend/commit/${revisionId}`,
  },
]
const newest = commit('9f1c2ab84e6d0f3b5a7c9e1d2f4a6b8c0d1e2f3a', 'Show delivery times in the basket')
const older = commit('1b7d44e0c2a94f6e8d3b5a7f9c1e0d2b4a6f8c3e', 'Fix rounding of VAT in the invoice')

/** Newest first, times before `now`. */
export function executions(now: number): Views.PipelineExecutionSummary[] {
  const base = { executionMode: 'SUPERSEDED', executionType: 'STANDARD' } as const
  const at = (minutes: number) => new Date(now - minutes * minute)
  return [
    {
      ...base,
      pipelineExecutionId: ids.waiting,
      status: 'InProgress',
      startTime: at(3),
      lastUpdateTime: at(2),
      sourceRevisions: commit(
        'c0ffee11d2f4a6b8c0d1e2f3a9f1c2ab84e6d0f3',
        'Let the search forgive <b>typing</b> errors',
      ),
      trigger: { triggerType: 'PollForSourceChanges', triggerDetail: 'GitHub' },
    },
    {
      ...base,
      pipelineExecutionId: ids.running,
      status: 'InProgress',
      startTime: at(14),
      lastUpdateTime: at(1),
      sourceRevisions: newest,
      trigger: { triggerType: 'Webhook', triggerDetail: 'arn:aws:codepipeline:eu-west-1:123456789012:webhook:shop' },
    },
    {
      ...base,
      pipelineExecutionId: ids.done,
      status: 'Succeeded',
      startTime: at(190),
      lastUpdateTime: at(171),
      sourceRevisions: older,
      trigger: { triggerType: 'StartPipelineExecution', triggerDetail: 'arn:aws:iam::123456789012:user/mia' },
    },
    {
      ...base,
      pipelineExecutionId: ids.failed,
      status: 'Failed',
      startTime: at(60 * 26),
      lastUpdateTime: at(60 * 26 - 4),
      sourceRevisions: commit('77ab00e0c2a94f6e8d3b5a7f9c1e0d2b4a6f8c3e', 'Move to Ruby 3.4'),
      trigger: { triggerType: 'PollForSourceChanges', triggerDetail: 'GitHub' },
    },
  ]
}

const stageIn = (pipelineExecutionId: string, status: 'InProgress' | 'Succeeded') => ({ pipelineExecutionId, status })

export function state(now: number): Views.PipelineState {
  const at = (minutes: number) => new Date(now - minutes * minute)
  return {
    pipelineName: shop.name,
    pipelineVersion: 7,
    created: at(99_999),
    updated: at(1_500),
    stageStates: [
      {
        stageName: 'Source',
        inboundTransitionState: { enabled: true },
        latestExecution: stageIn(ids.waiting, 'Succeeded'),
        actionStates: [
          {
            actionName: 'GitHub',
            currentRevision: {
              revisionId: 'c0ffee11d2f4a6b8c0d1e2f3a9f1c2ab84e6d0f3',
              revisionChangeId: 'x',
              created: at(3),
            },
            revisionUrl: 'https://github.com/riverside/shop-frontend/commit/c0ffee11',
            entityUrl: 'https://github.com/riverside/shop-frontend/tree/main',
            latestExecution: {
              actionExecutionId: ids.source,
              status: 'Succeeded',
              summary: 'Let the search forgive <b>typing</b> errors',
              lastStatusChange: at(2),
            },
          },
        ],
      },
      {
        stageName: 'Build',
        inboundTransitionState: { enabled: true },
        latestExecution: stageIn(ids.waiting, 'InProgress'),
        actionStates: [
          {
            actionName: 'Rake',
            latestExecution: {
              actionExecutionId: ids.rake,
              status: 'InProgress',
              summary: 'rake package',
              percentComplete: 62,
              lastStatusChange: at(2),
              externalExecutionId: 'build 118',
              externalExecutionUrl: 'javascript:alert(1)',
            },
          },
          {
            actionName: 'Lint',
            latestExecution: {
              actionExecutionId: ids.lint,
              status: 'Failed',
              lastStatusChange: at(1),
              errorDetails: {
                code: 'JobFailed',
                message: 'rake lint ended with exit code 1: 3 offences in app/search.rb',
              },
            },
          },
          { actionName: 'Load' },
        ],
        retryStageMetadata: { autoStageRetryAttempt: 1, latestRetryTrigger: 'AutomatedStageRetry' },
      },
      {
        stageName: 'Approve',
        inboundTransitionState: { enabled: true },
        latestExecution: stageIn(ids.running, 'InProgress'),
        actionStates: [
          {
            actionName: 'Release',
            latestExecution: {
              actionExecutionId: ids.approve,
              status: 'InProgress',
              lastStatusChange: at(6),
              token: ids.token,
            },
          },
        ],
      },
      {
        stageName: 'Deploy',
        inboundExecution: stageIn(ids.done, 'InProgress'),
        inboundTransitionState: {
          enabled: false,
          disabledReason: 'Winter sale until Monday',
          lastChangedBy: 'arn:aws:iam::123456789012:user/mia',
          lastChangedAt: at(130),
        },
        beforeEntryConditionState: {
          latestExecution: { status: 'Failed', summary: 'One of one rules failed' },
          conditionStates: [
            {
              latestExecution: { status: 'Failed', lastStatusChange: at(20) },
              ruleStates: [
                {
                  ruleName: 'OfficeHours',
                  latestExecution: {
                    ruleExecutionId: 'r1',
                    status: 'Failed',
                    summary: 'Outside the window 0 0 9-17 ? * MON-FRI *',
                    lastStatusChange: at(20),
                  },
                },
              ],
            },
          ],
        },
        latestExecution: stageIn(ids.done, 'Succeeded'),
        actionStates: [
          {
            actionName: 'Hosts',
            latestExecution: {
              actionExecutionId: ids.deploy,
              status: 'Succeeded',
              summary: 'Deployed to 4 of 4 hosts',
              lastStatusChange: at(171),
              externalExecutionId: 'd-X8K2LQ9ZT',
              externalExecutionUrl: 'https://penstock.example.com/deployments/d-X8K2LQ9ZT',
            },
          },
        ],
      },
    ],
  }
}

interface RunOf {
  readonly id: string
  readonly execution: string
  readonly stage: string
  readonly action: string
  readonly status: Views.ActionExecutionDetail['status']
  readonly from: number
  readonly to: number
  readonly result?: NonNullable<NonNullable<Views.ActionExecutionDetail['output']>['executionResult']>
}

/** Action executions, newest first. */
export function runs(now: number): Views.ActionExecutionDetail[] {
  const at = (minutes: number) => new Date(now - minutes * minute)
  const rows: RunOf[] = [
    {
      id: ids.lint,
      execution: ids.waiting,
      stage: 'Build',
      action: 'Lint',
      status: 'Failed',
      from: 2,
      to: 1.3,
      result: {
        errorDetails: { code: 'JobFailed', message: 'rake lint ended with exit code 1: 3 offences in app/search.rb' },
      },
    },
    { id: ids.rake, execution: ids.waiting, stage: 'Build', action: 'Rake', status: 'InProgress', from: 2, to: 0 },
    {
      id: ids.source,
      execution: ids.waiting,
      stage: 'Source',
      action: 'GitHub',
      status: 'Succeeded',
      from: 3,
      to: 2.2,
    },
    {
      id: ids.approve,
      execution: ids.running,
      stage: 'Approve',
      action: 'Release',
      status: 'InProgress',
      from: 6,
      to: 0,
      result: { externalExecutionId: ids.token },
    },
    {
      id: ids.deploy,
      execution: ids.done,
      stage: 'Deploy',
      action: 'Hosts',
      status: 'Succeeded',
      from: 176,
      to: 171,
      result: { externalExecutionId: 'd-X8K2LQ9ZT', externalExecutionSummary: 'Deployed to 4 of 4 hosts' },
    },
  ]
  return rows.map((row) => {
    const action = shop.stages.find(({ name }) => name === row.stage)?.actions.find(({ name }) => name === row.action)
    if (!action) throw new Error(`the sample has no action ${row.action}`)
    const configuration = { ...action.configuration }
    return {
      pipelineExecutionId: row.execution,
      actionExecutionId: row.id,
      pipelineVersion: 7,
      stageName: row.stage,
      actionName: row.action,
      startTime: at(row.from),
      lastUpdateTime: at(row.to),
      status: row.status,
      input: {
        actionTypeId: action.actionTypeId,
        configuration,
        // As if the server had forgotten to mask: the page does it again.
        resolvedConfiguration:
          'OAuthToken' in configuration ? { ...configuration, OAuthToken: 'ghp_leaked' } : configuration,
        inputArtifacts: (action.inputArtifacts ?? []).map(({ name }) => ({
          name,
          s3location: { bucket: 'codepipeline-eu-west-1-1234567890', key: `shop-frontend/${name}/Zx81` },
        })),
        ...(action.namespace && { namespace: action.namespace }),
      },
      output: {
        outputArtifacts: (action.outputArtifacts ?? []).map(({ name }) => ({
          name,
          s3location: { bucket: 'codepipeline-eu-west-1-1234567890', key: `shop-frontend/${name}/Zx82` },
        })),
        ...(row.result && { executionResult: row.result }),
        ...(row.stage === 'Source' && { outputVariables: { BranchName: 'main', CommitId: 'c0ffee11' } }),
      },
    }
  })
}

/** Where the artifact lies that an approval is about. */
export const siteArtifact = { bucket: 'codepipeline-eu-west-1-1234567890', key: 'shop-frontend/Site/abc' }
