import { action, type Bench, bench, failure, me, pipeline, stage, typeIds } from './support.js'

let b: Bench
beforeEach(async () => {
  b = await bench()
})
afterEach(() => b.close())

test('X1, S6: a new pipeline starts at once, and its stages and run orders follow each other', async () => {
  await b.operations.createPipeline(me, {
    pipeline: pipeline([
      stage('Build', ['compile', action('test', { runOrder: 2, inputArtifacts: [{ name: 'tree' }] })]),
    ]),
  })
  expect(await b.executions()).toEqual(['InProgress'])
  expect(Object.keys(await b.claim())).toEqual(['Repo'])
  await b.finish('Repo', { currentRevision: { revisionId: 'abc' }, outputVariables: { CommitId: 'abc' } })
  expect(await b.state()).toMatchObject({ Source: 'Succeeded', Build: 'InProgress', 'Build/compile': 'InProgress' })
  await b.finish('compile')
  await b.finish('test')
  expect(await b.executions()).toEqual(['Succeeded'])
  expect(await b.state()).toMatchObject({ Build: 'Succeeded', 'Build/test': 'Succeeded' })
})

test('X9, R1, R2: a failure ends the stage once its siblings ended; the failed action is retried in the same execution', async () => {
  await b.operations.createPipeline(me, {
    pipeline: pipeline([stage('Build', ['a', 'b', action('c', { runOrder: 2 })])]),
  })
  await b.finish('Repo')
  await b.finish('a', failure())
  expect(await b.executions()).toEqual(['InProgress'])
  await b.finish('b')
  expect(await b.executions()).toEqual(['Failed'])
  const {
    pipelineExecutionSummaries: [execution],
  } = await b.operations.listPipelineExecutions(me, { pipelineName: 'demo' })
  const pipelineExecutionId = execution?.pipelineExecutionId ?? ''
  await b.operations.retryStageExecution(me, {
    pipelineName: 'demo',
    stageName: 'Build',
    pipelineExecutionId,
    retryMode: 'FAILED_ACTIONS',
  })
  await b.finish('a')
  await b.finish('c')
  expect(await b.executions()).toEqual(['Succeeded'])
})

test('A1: an approval waits for its token', async () => {
  await b.operations.createPipeline(me, {
    pipeline: pipeline([stage('Gate', [action('yes', { actionTypeId: typeIds.approval })])]),
  })
  await b.finish('Repo')
  const state = await b.operations.getPipelineState(me, { name: 'demo' })
  const token = state.stageStates[1]?.actionStates[0]?.latestExecution?.token ?? ''
  const answer = {
    pipelineName: 'demo',
    stageName: 'Gate',
    actionName: 'yes',
    result: { status: 'Approved' as const, summary: 'ok' },
  }
  await expect(b.operations.putApprovalResult(me, { ...answer, token: me.arn })).rejects.toMatchObject({
    code: 'InvalidApprovalTokenException',
  })
  await b.operations.putApprovalResult(me, { ...answer, token })
  expect(await b.executions()).toEqual(['Succeeded'])
  await expect(b.operations.putApprovalResult(me, { ...answer, token })).rejects.toMatchObject({
    code: 'ApprovalAlreadyCompletedException',
  })
})
