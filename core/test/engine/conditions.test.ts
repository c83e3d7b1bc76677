import type { ConditionResult, StageDeclaration } from '../../src/domain/pipeline.js'
import { action, type Bench, bench, failure, me, pipeline, stage } from './support.js'

let b: Bench
beforeEach(async () => {
  b = await bench()
})
afterEach(() => b.close())

const rule = (name = 'Gate') => ({
  name,
  ruleTypeId: { category: 'Rule' as const, owner: 'AWS' as const, provider: 'VariableCheck', version: '1' },
})
const condition = (result: ConditionResult, ...names: string[]) => ({
  conditions: [{ result, rules: (names.length > 0 ? names : ['Gate']).map(rule) }],
})

async function create(more: Partial<StageDeclaration>): Promise<string> {
  await b.operations.createPipeline(me, {
    pipeline: pipeline([stage('Deploy', ['d'], more), stage('After', [action('z')])]),
  })
  await b.finish('Repo')
  return (
    (await b.operations.listPipelineExecutions(me, { pipelineName: 'demo' })).pipelineExecutionSummaries[0]
      ?.pipelineExecutionId ?? ''
  )
}
const deploy = async () => (await b.operations.getPipelineState(me, { name: 'demo' })).stageStates[1]
const override = (pipelineExecutionId: string, conditionType: 'BEFORE_ENTRY' | 'ON_SUCCESS') =>
  b.operations.overrideStageCondition(me, {
    pipelineName: 'demo',
    stageName: 'Deploy',
    pipelineExecutionId,
    conditionType,
  })

test('C1: a condition holds when all of its rules do; the actions wait for it', async () => {
  await create({ beforeEntry: condition('FAIL', 'One', 'Two') })
  expect(Object.keys(await b.claim()).sort()).toEqual(['One', 'Two'])
  await b.finish('One')
  expect(await b.state()).not.toHaveProperty('Deploy/d')
  await b.finish('Two')
  expect((await deploy())?.beforeEntryConditionState?.latestExecution.status).toBe('Succeeded')
  await b.finish('d')
  await b.finish('z')
  expect(await b.executions()).toEqual(['Succeeded'])
})

test('C1, C4: one rule that fails breaks it, and the others are abandoned', async () => {
  await create({ beforeEntry: condition('FAIL', 'One', 'Two') })
  await b.finish('One', failure('too late'))
  const state = (await deploy())?.beforeEntryConditionState
  expect(state?.latestExecution).toEqual({ status: 'Failed', summary: 'One: too late' })
  expect(state?.conditionStates[0]?.ruleStates.map((one) => one.latestExecution?.status)).toEqual([
    'Failed',
    'Abandoned',
  ])
  expect(await b.executions()).toEqual(['Failed'])
})

test('C2, C3: a failed entry is overridden, and the stage goes on', async () => {
  const id = await create({ beforeEntry: condition('FAIL') })
  await b.finish('Gate', failure())
  await override(id, 'BEFORE_ENTRY')
  expect((await deploy())?.beforeEntryConditionState?.latestExecution.status).toBe('Overridden')
  await b.finish('d')
  await b.finish('z')
  expect(await b.executions()).toEqual(['Succeeded'])
})

test('C2, R5: SKIP passes the stage over; it cannot be overridden, retried or rolled back to', async () => {
  const id = await create({ beforeEntry: condition('SKIP') })
  await b.finish('Gate', failure())
  expect(await b.state()).toMatchObject({ Deploy: 'Skipped', After: 'InProgress' })
  await expect(override(id, 'BEFORE_ENTRY')).rejects.toMatchObject({ code: 'ConditionNotOverridableException' })
  const retry = b.operations.retryStageExecution(me, {
    pipelineName: 'demo',
    stageName: 'Deploy',
    pipelineExecutionId: id,
    retryMode: 'ALL_ACTIONS',
  })
  await expect(retry).rejects.toMatchObject({ code: 'StageNotRetryableException' })
  const rollback = b.operations.rollbackStage(me, {
    pipelineName: 'demo',
    stageName: 'Deploy',
    targetPipelineExecutionId: id,
  })
  await expect(rollback).rejects.toMatchObject({ code: 'UnableToRollbackStageException' })
})

test('C3: what has not failed, is not there, or is not the latest, is not overridden', async () => {
  const id = await create({ beforeEntry: condition('FAIL') })
  await expect(override(id, 'ON_SUCCESS')).rejects.toMatchObject({ code: 'ConditionNotOverridableException' })
  await b.finish('Gate')
  await expect(override(id, 'BEFORE_ENTRY')).rejects.toMatchObject({ code: 'ConditionNotOverridableException' })
})

test('C3: an older execution is not overridden once a later one entered', async () => {
  const id = await create({ beforeEntry: condition('FAIL') })
  await b.finish('Gate', failure())
  await b.operations.startPipelineExecution(me, { name: 'demo' })
  await b.finish('Repo')
  await expect(override(id, 'BEFORE_ENTRY')).rejects.toMatchObject({ code: 'NotLatestPipelineExecutionException' })
})

test('onSuccess FAIL: the stage fails though its actions succeeded; overridden, it has succeeded', async () => {
  const id = await create({ onSuccess: condition('FAIL') })
  await b.finish('d')
  await b.finish('Gate', failure())
  expect(await b.state()).toMatchObject({ Deploy: 'Failed', 'Deploy/d': 'Succeeded' })
  await override(id, 'ON_SUCCESS')
  expect(await b.state()).toMatchObject({ Deploy: 'Succeeded', After: 'InProgress' })
})

test.each(['onSuccess', 'onFailure'] as const)('%s ROLLBACK returns to what last succeeded', async (kind) => {
  const target = await create({ [kind]: condition('ROLLBACK') })
  await b.finish('d')
  if (kind === 'onSuccess') await b.finish('Gate')
  await b.finish('z')
  await b.operations.startPipelineExecution(me, { name: 'demo' })
  await b.finish('Repo')
  await b.finish('d', kind === 'onFailure' ? failure() : {})
  await b.finish('Gate', failure('alarm'))
  const { pipelineExecutionSummaries: all } = await b.operations.listPipelineExecutions(me, { pipelineName: 'demo' })
  expect(all[0]).toMatchObject({
    executionType: 'ROLLBACK',
    trigger: { triggerType: 'AutomatedRollback' },
    rollbackMetadata: { rollbackTargetPipelineExecutionId: target },
  })
})

test('onFailure: a condition that holds leaves the failure as it is', async () => {
  await create({ onFailure: condition('ROLLBACK') })
  await b.finish('d', failure())
  expect(await b.executions()).toEqual(['InProgress'])
  await b.finish('Gate')
  expect(await b.executions()).toEqual(['Failed'])
})

test('the rules are in the history, with what they were asked', async () => {
  await create({ beforeEntry: condition('FAIL') })
  await b.finish('Gate', { executionDetails: { summary: 'fine' } })
  const { ruleExecutionDetails } = await b.operations.listRuleExecutions(me, { pipelineName: 'demo' })
  expect(ruleExecutionDetails).toMatchObject([
    {
      ruleName: 'Gate',
      stageName: 'Deploy',
      status: 'Succeeded',
      input: { ruleTypeId: { provider: 'VariableCheck' } },
      output: { executionResult: { externalExecutionSummary: 'fine' } },
    },
  ])
})

test('a stop drops the rules that run', async () => {
  const id = await create({ beforeEntry: condition('FAIL') })
  await b.operations.stopPipelineExecution(me, { pipelineName: 'demo', pipelineExecutionId: id })
  expect(await b.executions()).toEqual(['Stopped'])
})

test('C4: a stop abandons a condition that is being judged, an update cancels it; neither can be overridden then', async () => {
  const id = await create({ beforeEntry: condition('FAIL') })
  await b.operations.stopPipelineExecution(me, { pipelineName: 'demo', pipelineExecutionId: id })
  expect((await deploy())?.beforeEntryConditionState?.latestExecution.status).toBe('Abandoned')
  await expect(override(id, 'BEFORE_ENTRY')).rejects.toMatchObject({ code: 'ConditionNotOverridableException' })
  const { pipelineExecutionId } = await b.operations.startPipelineExecution(me, { name: 'demo' })
  await b.finish('Repo')
  const { pipeline: structure } = await b.operations.getPipeline(me, { name: 'demo' })
  await b.operations.updatePipeline(me, { pipeline: structure })
  expect((await deploy())?.beforeEntryConditionState?.latestExecution.status).toBe('Cancelled')
  await expect(override(pipelineExecutionId, 'BEFORE_ENTRY')).rejects.toMatchObject({
    code: 'ConditionNotOverridableException',
  })
  expect(await b.executions()).toEqual(['Cancelled', 'Stopped'])
})
