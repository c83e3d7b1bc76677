/** Executions: started, stopped, retried, rolled back, let through. */
import type { StageDeclaration } from '@aws-sdk/client-codepipeline'
import type { Started, World } from '../support/world.js'
import { each, type Row, uuid } from './row.js'

const none = { pipelineName: 'none', stageName: 'Build' }
const transition = { transitionType: 'Inbound', reason: 'x' }
const retry = { retryMode: 'FAILED_ACTIONS' }
const override = { conditionType: 'BEFORE_ENTRY' }
const result = { status: 'Approved', summary: '' }
const approve = { stageName: 'Approve', actionName: 'Ask', result }
const revision = { actionRevision: { revisionId: 'a', revisionChangeId: 'b', created: new Date(0) } }
const fetched = { stageName: 'Source', actionName: 'Fetch', ...revision }

/** The other members of each operation that is about a stage, all good. */
const aboutStage: readonly [operation: string, more: object][] = [
  ['DisableStageTransition', transition],
  ['EnableStageTransition', transition],
  ['OverrideStageCondition', { pipelineExecutionId: uuid, ...override }],
  ['PutActionRevision', { actionName: 'Fetch', ...revision }],
  ['PutApprovalResult', { actionName: 'Ask', result, token: uuid }],
  ['RetryStageExecution', { pipelineExecutionId: uuid, ...retry }],
  ['RollbackStage', { targetPipelineExecutionId: uuid }],
]

/** A stage whose door stays shut until somebody overrides the condition. */
const shut: Partial<StageDeclaration> = {
  beforeEntry: {
    conditions: [
      {
        result: 'FAIL',
        rules: [
          {
            name: 'Check',
            ruleTypeId: { category: 'Rule', owner: 'AWS', provider: 'VariableCheck', version: '1' },
            configuration: { Variable: '#{variables.Open}', Value: 'yes', Operator: 'EQ' },
          },
        ],
      },
    ],
  },
}
const variables = [{ name: 'Open', defaultValue: 'no' }]

/** An execution that failed at that door. */
async function stopped(world: World, executionMode: 'QUEUED' | 'SUPERSEDED' = 'SUPERSEDED'): Promise<Started> {
  const started = await world.withBuild(shut, { pipelineType: 'V2', variables, executionMode })
  await world.succeed(started.pipelineName)
  await world.reached(started, 'Failed')
  return started
}

/** An execution that failed in Build, and a later one that did, too. */
async function overtaken(world: World): Promise<Started> {
  const first = await world.failed()
  await world.call('StartPipelineExecution', { name: first.pipelineName })
  await world.failBuild(first.pipelineName)
  return first
}

const asTarget = ({ pipelineName, pipelineExecutionId: targetPipelineExecutionId }: Started) => {
  return { pipelineName, stageName: 'Build', targetPipelineExecutionId }
}

const notThere: readonly Row[] = [
  ...aboutStage.flatMap(([operation, more]): Row[] => [
    [operation, 'PipelineNotFoundException', () => ({ ...none, ...more })],
    [
      operation,
      'StageNotFoundException',
      async (world) => ({ pipelineName: (await world.pipeline()).pipelineName, stageName: 'None', ...more }),
    ],
  ]),
  [
    'PutActionRevision',
    'ActionNotFoundException',
    async (world) => ({ ...(await world.pipeline()), ...fetched, actionName: 'None' }),
  ],
  [
    'PutApprovalResult',
    'ActionNotFoundException',
    async (world) => ({ ...(await world.pipeline()), ...approve, actionName: 'None', token: uuid }),
  ],
  ['StopPipelineExecution', 'PipelineNotFoundException', () => ({ pipelineName: 'none', pipelineExecutionId: uuid })],
  [
    'RollbackStage',
    'PipelineExecutionNotFoundException',
    async (world) => asTarget({ ...(await world.pipeline()), pipelineExecutionId: uuid }),
  ],
]

const full: readonly Row[] = each(
  ['StartPipelineExecution', 'PutActionRevision'],
  'ConcurrentPipelineExecutionsLimitExceededException',
  async (world) => {
    const { pipelineName } = await world.pipeline({ executionMode: 'QUEUED', pipelineType: 'V2' })
    await world.fill(pipelineName)
    return { name: pipelineName, pipelineName, ...fetched }
  },
)

export const executions: readonly Row[] = [
  ...notThere,
  ...full,
  [
    'RetryStageExecution',
    'ConcurrentPipelineExecutionsLimitExceededException',
    async (world) => {
      const failed = await world.failed({ executionMode: 'QUEUED', pipelineType: 'V2' })
      await world.fill(failed.pipelineName)
      return { ...failed, stageName: 'Build', ...retry }
    },
  ],
  [
    'OverrideStageCondition',
    'ConcurrentPipelineExecutionsLimitExceededException',
    async (world) => {
      const failed = await stopped(world, 'QUEUED')
      await world.fill(failed.pipelineName)
      return { ...failed, stageName: 'Build', ...override }
    },
  ],
  [
    'StopPipelineExecution',
    'DuplicatedStopRequestException',
    async (world) => {
      const started = await world.pipeline()
      await world.acknowledged(started.pipelineName)
      await world.call('StopPipelineExecution', started)
      return started
    },
  ],
  ['StopPipelineExecution', 'PipelineExecutionNotStoppableException', (world) => world.failed()],
  [
    'RetryStageExecution',
    'StageNotRetryableException',
    async (world) => ({ ...(await world.pipeline()), stageName: 'Source', ...retry }),
  ],
  [
    'RetryStageExecution',
    'NotLatestPipelineExecutionException',
    async (world) => ({ ...(await overtaken(world)), stageName: 'Build', ...retry }),
  ],
  ['RollbackStage', 'UnableToRollbackStageException', async (world) => asTarget(await world.failed())],
  [
    'RollbackStage',
    'PipelineExecutionOutdatedException',
    async (world) => {
      const failed = await world.failed()
      await world.call('UpdatePipeline', { pipeline: world.declaration({}, failed.pipelineName) })
      return asTarget(failed)
    },
  ],
  [
    'OverrideStageCondition',
    'ConditionNotOverridableException',
    async (world) => ({ ...(await world.failed()), stageName: 'Build', ...override }),
  ],
  [
    'OverrideStageCondition',
    'NotLatestPipelineExecutionException',
    async (world) => {
      const first = await stopped(world)
      await world.call('StartPipelineExecution', { name: first.pipelineName })
      await world.succeed(first.pipelineName)
      await world.reached({ ...first, pipelineExecutionId: await world.newest(first.pipelineName) }, 'Failed')
      return { ...first, stageName: 'Build', ...override }
    },
  ],
  [
    'PutApprovalResult',
    'InvalidApprovalTokenException',
    async (world) => ({ ...(await world.pending()), ...approve, token: uuid }),
  ],
  [
    'PutApprovalResult',
    'ApprovalAlreadyCompletedException',
    async (world) => {
      const answered = { ...(await world.pending()), ...approve }
      await world.call('PutApprovalResult', answered)
      return answered
    },
  ],
]
