/** An execution from its start to its approval, and one that is stopped. */
import { randomUUID } from 'node:crypto'
import { eventually } from '../../support/eventually.js'
import type { Started, World } from '../../support/world.js'

interface StageState {
  readonly inboundTransitionState: { readonly enabled: boolean; readonly disabledReason?: string }
  readonly actionStates: readonly { readonly latestExecution?: { readonly token?: string } }[]
}

/** Of a history: the command reads all of its pages. */
const newest = (history: unknown, count: number) => (history as unknown[]).slice(0, count)

const stages = async (world: World, name: string) => {
  return (await world.call('GetPipelineState', { name })).stageStates as StageState[]
}

export async function doors(world: World, pipelineName: string): Promise<void> {
  const door = { pipelineName, stageName: 'Build', transitionType: 'Inbound' }
  await world.call('DisableStageTransition', { ...door, reason: 'freeze' })
  expect((await stages(world, pipelineName))[1]?.inboundTransitionState).toMatchObject({
    enabled: false,
    disabledReason: 'freeze',
  })
  await world.call('EnableStageTransition', door)
  expect((await stages(world, pipelineName))[1]?.inboundTransitionState.enabled).toBe(true)
}

/** Started, fetched, built (the second time it goes well), approved. */
export async function execution(world: World, pipelineName: string): Promise<void> {
  const start = { name: pipelineName, clientRequestToken: randomUUID() }
  const { pipelineExecutionId } = await world.call('StartPipelineExecution', start)
  expect(await world.call('StartPipelineExecution', start)).toEqual({ pipelineExecutionId }) // the same token, the same execution (X12)
  const started = { pipelineName, pipelineExecutionId: String(pipelineExecutionId) }
  await fetched(world, started)
  await builtAtLast(world, started)
  await approved(world, started)
}

async function fetched(world: World, { pipelineName, pipelineExecutionId }: Started): Promise<void> {
  const job = await world.job(pipelineName)
  expect(job.data).toMatchObject({ actionConfiguration: { configuration: { Project: pipelineName } } })
  const { id: jobId, nonce } = job
  expect(await world.call('AcknowledgeJob', { jobId, nonce })).toEqual({ status: 'InProgress' })
  expect(await world.call('GetJobDetails', { jobId })).toMatchObject({
    jobDetails: { id: jobId, data: { pipelineContext: { pipelineExecutionId } } },
  })
  const currentRevision = { revision: 'r1', changeIdentifier: 'c1', created: new Date(1_700_000_000_000) }
  await world.call('PutJobSuccessResult', { jobId, currentRevision, outputVariables: { Branch: 'größer als ✓' } })
  const { pipelineExecution } = await world.call('GetPipelineExecution', { pipelineName, pipelineExecutionId })
  expect(pipelineExecution).toMatchObject({ artifactRevisions: [{ name: 'Source', revisionId: 'r1' }] })
}

async function builtAtLast(world: World, started: Started): Promise<void> {
  const { pipelineName } = started
  const first = await world.acknowledged(pipelineName, 'Build')
  const failureDetails = { type: 'JobFailed', message: 'two tests failed', externalExecutionId: '17' }
  expect(await world.call('PutJobFailureResult', { ...first, failureDetails })).toEqual({})
  const retry = { ...started, stageName: 'Build', retryMode: 'FAILED_ACTIONS' }
  expect(await world.call('RetryStageExecution', retry)).toEqual({ pipelineExecutionId: started.pipelineExecutionId })
  await world.succeed(pipelineName, 'Build')
  const { actionExecutionDetails } = await world.call('ListActionExecutions', { pipelineName })
  expect(newest(actionExecutionDetails, 4)).toMatchObject([
    { actionName: 'Ask', status: 'InProgress' },
    { actionName: 'Compile', status: 'Succeeded', input: { configuration: { Token: '****' } } },
    {
      actionName: 'Compile',
      status: 'Failed',
      output: { executionResult: { externalExecutionId: '17' } },
    },
    { actionName: 'Fetch', output: { outputVariables: { Branch: 'größer als ✓' } } },
  ])
}

async function approved(world: World, started: Started): Promise<void> {
  const { pipelineName } = started
  const token = await eventually(async () => {
    return (await stages(world, pipelineName))[2]?.actionStates[0]?.latestExecution?.token
  })
  const result = { status: 'Approved', summary: 'sieht gut aus ✓' }
  const answer = { pipelineName, stageName: 'Approve', actionName: 'Ask', token, result }
  expect(await world.call('PutApprovalResult', answer)).toMatchObject({ approvedAt: expect.anything() })
  await world.reached(started, 'Succeeded')
}

/** A revision that is put starts an execution, which is abandoned (J14, P2). */
export async function stopped(world: World, pipelineName: string): Promise<void> {
  const actionRevision = { revisionId: 'r2', revisionChangeId: 'c2', created: new Date(1_700_000_000_000) }
  const put = { pipelineName, stageName: 'Source', actionName: 'Fetch', actionRevision }
  const { newRevision, pipelineExecutionId } = await world.call('PutActionRevision', put)
  expect(newRevision).toBe(true)
  expect(await world.call('PutActionRevision', put)).toEqual({ newRevision: false, pipelineExecutionId })
  const stop = { pipelineName, pipelineExecutionId, abandon: true, reason: 'never mind' }
  expect(await world.call('StopPipelineExecution', stop)).toEqual({ pipelineExecutionId })
  const { pipelineExecutionSummaries } = await world.call('ListPipelineExecutions', { pipelineName })
  expect(newest(pipelineExecutionSummaries, 1)).toMatchObject([
    {
      pipelineExecutionId,
      status: 'Stopped',
      trigger: { triggerType: 'PutActionRevision' },
      stopTrigger: { reason: 'never mind' },
    },
  ])
}
