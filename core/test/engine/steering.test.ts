import type { PipelineDeclaration, StageDeclaration } from '../../src/domain/pipeline.js'
import { action, type Bench, bench, failure, me, pipeline, stage, typeIds } from './support.js'

let b: Bench
beforeEach(async () => {
  b = await bench()
})
afterEach(() => b.close())

const day = 24 * 60 * 60_000

async function create(stages = [stage('Build', ['a', 'b']), stage('Deploy', ['d'])], more = {}): Promise<string> {
  await b.operations.createPipeline(me, { pipeline: pipeline(stages, more) })
  return latest()
}

async function latest(): Promise<string> {
  const { pipelineExecutionSummaries } = await b.operations.listPipelineExecutions(me, { pipelineName: 'demo' })
  return pipelineExecutionSummaries[0]?.pipelineExecutionId ?? ''
}

const start = async () => (await b.operations.startPipelineExecution(me, { name: 'demo' })).pipelineExecutionId
const finishAll = async (...names: string[]) => {
  for (const name of names) await b.finish(name)
}
const stop = (pipelineExecutionId: string, abandon = false) =>
  b.operations.stopPipelineExecution(me, { pipelineName: 'demo', pipelineExecutionId, abandon, reason: 'enough' })
const retry = (
  pipelineExecutionId: string,
  stageName: string,
  retryMode: 'FAILED_ACTIONS' | 'ALL_ACTIONS' = 'FAILED_ACTIONS',
) => b.operations.retryStageExecution(me, { pipelineName: 'demo', stageName, pipelineExecutionId, retryMode })
const rollback = (stageName: string, targetPipelineExecutionId: string) =>
  b.operations.rollbackStage(me, { pipelineName: 'demo', stageName, targetPipelineExecutionId })
const close = (stageName: string, transitionType: 'Inbound' | 'Outbound' = 'Inbound') =>
  b.operations.disableStageTransition(me, { pipelineName: 'demo', stageName, transitionType, reason: 'hold it' })
const open = (stageName: string, transitionType: 'Inbound' | 'Outbound' = 'Inbound') =>
  b.operations.enableStageTransition(me, { pipelineName: 'demo', stageName, transitionType })
const door = async (index: number) => (await b.operations.getPipelineState(me, { name: 'demo' })).stageStates[index]

describe('T: transitions', () => {
  test('T1, T3: a disabled one holds what comes, the newest; enabled, that enters', async () => {
    await create()
    await close('Deploy')
    await finishAll('Repo', 'a', 'b')
    const second = await start()
    await finishAll('Repo', 'a', 'b')
    expect(await door(2)).toMatchObject({
      inboundExecution: { pipelineExecutionId: second },
      inboundTransitionState: {
        enabled: false,
        lastChangedBy: me.arn,
        lastChangedAt: expect.any(Date),
        disabledReason: 'hold it',
      },
    })
    expect(await b.executions()).toEqual(['InProgress', 'Superseded'])
    await open('Deploy')
    expect((await b.claim()).d?.executionId).toBe(second)
    expect((await door(2))?.inboundTransitionState).not.toHaveProperty('disabledReason')
  })

  test("T2: a stage's outbound transition is the next one's inbound", async () => {
    await create()
    await close('Build', 'Outbound')
    expect((await door(2))?.inboundTransitionState.enabled).toBe(false)
    await open('Deploy', 'Inbound')
    expect((await door(2))?.inboundTransitionState.enabled).toBe(true)
  })

  test.each(['', 'no {braces}', 'x'.repeat(301)])('T3: the reason %p is refused', async (reason) => {
    await create()
    const wrong = b.operations.disableStageTransition(me, {
      pipelineName: 'demo',
      stageName: 'Deploy',
      transitionType: 'Inbound',
      reason,
    })
    await expect(wrong).rejects.toMatchObject({ code: 'ValidationException' })
  })

  test('T3: a stage that is not there is refused', async () => {
    await create()
    await expect(close('Nowhere')).rejects.toMatchObject({ code: 'StageNotFoundException' })
  })

  test.each([
    { held: 31 * day, becomes: 'Cancelled' },
    { held: 29 * day, becomes: 'InProgress' },
  ])('T4: held for $held ms it is $becomes when the door opens', async ({ held, becomes }) => {
    await create()
    await close('Deploy')
    await finishAll('Repo', 'a', 'b')
    await b.clock.advance(held)
    await open('Deploy')
    expect(await b.executions()).toEqual([becomes])
  })

  test('T5: stopped at the door it never enters and cannot be retried', async () => {
    const id = await create()
    await close('Deploy')
    await finishAll('Repo', 'a', 'b')
    await stop(id)
    expect(await b.executions()).toEqual(['Stopped'])
    await open('Deploy')
    expect(await b.claim()).toEqual({})
    await expect(retry(id, 'Deploy')).rejects.toMatchObject({ code: 'StageNotRetryableException' })
  })
})

describe('P: stop', () => {
  test('P1: stop and wait lets actions in progress end, starts no other, and frees the stage', async () => {
    const id = await create()
    await b.finish('Repo')
    await stop(id)
    expect(await b.executions()).toEqual(['Stopping'])
    expect(await b.state()).toMatchObject({ Build: 'Stopping' })
    await b.finish('a')
    await b.finish('b', failure())
    expect(await b.executions()).toEqual(['Stopped'])
    expect(await b.state()).toMatchObject({ Build: 'Stopped', 'Build/a': 'Succeeded', 'Build/b': 'Failed' })
  })

  test('P2: abandoning ends it at once, also while it is stopping; the worker is told', async () => {
    const id = await create()
    await b.finish('Repo')
    const { a } = await b.claim()
    await stop(id)
    await stop(id, true)
    expect(await b.executions()).toEqual(['Stopped'])
    expect(await b.state()).toMatchObject({ 'Build/a': 'Abandoned', 'Build/b': 'Abandoned' })
    expect(await b.jobs.heartbeat('worker', [{ jobId: a?.id ?? '', fence: a?.fence ?? 0 }])).toMatchObject([
      { cancel: 'abandon' },
    ])
  })

  test('P3: a second stop of the same kind, and a stop of what has ended, are refused', async () => {
    const id = await create()
    await b.finish('Repo')
    await stop(id)
    await expect(stop(id)).rejects.toMatchObject({ code: 'DuplicatedStopRequestException' })
    await stop(id, true)
    await expect(stop(id, true)).rejects.toMatchObject({ code: 'PipelineExecutionNotStoppableException' })
    await expect(stop('00000000-0000-0000-0000-000000000000')).rejects.toMatchObject({
      code: 'PipelineExecutionNotStoppableException',
      message: expect.stringContaining('does not have a pipeline execution with the id'),
    })
  })

  test('P4: the actions of the stage where it stopped can be retried; the reason is kept', async () => {
    const id = await create()
    await b.finish('Repo')
    await stop(id, true)
    const { pipelineExecutionSummaries } = await b.operations.listPipelineExecutions(me, { pipelineName: 'demo' })
    expect(pipelineExecutionSummaries[0]?.stopTrigger).toEqual({ reason: 'enough' })
    await retry(id, 'Build')
    await finishAll('a', 'b', 'd')
    expect(await b.executions()).toEqual(['Succeeded'])
  })
})

describe('R: retry', () => {
  test('R1: FAILED_ACTIONS re-runs the failed one while its sibling runs, and keeps what succeeded', async () => {
    const id = await create([stage('Build', ['a', 'b', 'c'])])
    await b.finish('Repo')
    await b.finish('a', failure())
    await b.finish('b')
    await retry(id, 'Build')
    expect(Object.keys(await b.claim()).sort()).toEqual(['a', 'c'])
    await finishAll('a', 'c')
    expect(await b.executions()).toEqual(['Succeeded'])
  })

  test('R1: ALL_ACTIONS begins at the first action, and not while one is in progress', async () => {
    const id = await create([stage('Build', ['a', action('b', { runOrder: 2 })])])
    await finishAll('Repo', 'a')
    await b.finish('b', failure())
    await retry(id, 'Build', 'ALL_ACTIONS')
    expect(Object.keys(await b.claim())).toEqual(['a'])
  })

  test('R2: the id stays, the older run stays in history', async () => {
    const id = await create([stage('Build', ['a'])])
    await b.finish('Repo')
    await b.finish('a', failure())
    expect(await retry(id, 'Build')).toEqual({ pipelineExecutionId: id })
    await b.finish('a')
    const { actionExecutionDetails } = await b.operations.listActionExecutions(me, {
      pipelineName: 'demo',
      filter: { pipelineExecutionId: id },
    })
    expect(actionExecutionDetails.map((one) => `${one.actionName} ${one.status}`)).toEqual([
      'a Succeeded',
      'a Failed',
      'Repo Succeeded',
    ])
  })

  test.each([
    { it: 'nothing failed', prepare: async () => {}, stageName: 'Build', code: 'StageNotRetryableException' },
    {
      it: 'the structure changed since',
      prepare: async () =>
        void (await b.operations.updatePipeline(me, { pipeline: pipeline([stage('Build', ['a'])]) })),
      stageName: 'Build',
      code: 'StageNotRetryableException',
    },
    { it: 'there is no such stage', prepare: async () => {}, stageName: 'Nope', code: 'StageNotFoundException' },
  ])('R3: refused when $it', async ({ prepare, stageName, code }) => {
    const id = await create([stage('Build', ['a'])])
    await b.finish('Repo')
    if (code === 'StageNotRetryableException' && stageName === 'Build')
      await b.finish('a', prepare.toString().includes('update') ? failure() : {})
    await prepare()
    await expect(retry(id, stageName)).rejects.toMatchObject({ code })
  })

  test('R3: refused when a later execution entered the stage', async () => {
    const id = await create([stage('Build', ['a'])])
    await b.finish('Repo')
    await b.finish('a', failure())
    await start()
    await b.finish('Repo')
    await expect(retry(id, 'Build')).rejects.toMatchObject({ code: 'NotLatestPipelineExecutionException' })
  })

  test('R4: an automatic retry happens once, and is counted', async () => {
    await create([
      stage('Build', ['a'], { onFailure: { result: 'RETRY', retryConfiguration: { retryMode: 'ALL_ACTIONS' } } }),
    ])
    await b.finish('Repo')
    await b.finish('a', failure())
    expect(await b.executions()).toEqual(['InProgress'])
    expect((await door(1))?.retryStageMetadata).toEqual({
      autoStageRetryAttempt: 1,
      latestRetryTrigger: 'AutomatedStageRetry',
    })
    await b.finish('a', failure())
    expect(await b.executions()).toEqual(['Failed'])
    await retry(await latest(), 'Build')
    expect((await door(1))?.retryStageMetadata).toEqual({
      autoStageRetryAttempt: 1,
      manualStageRetryAttempt: 1,
      latestRetryTrigger: 'ManualStageRetry',
    })
  })
})

describe('R: rollback', () => {
  async function twice(): Promise<[string, string]> {
    const first = await create([stage('Deploy', ['d'])])
    await b.finish('Repo', { currentRevision: { revisionId: 'one' } })
    await b.finish('d')
    const second = await start()
    await b.finish('Repo', { currentRevision: { revisionId: 'two' } })
    await b.finish('d')
    return [first, second]
  }

  test("R6: a new execution runs that stage alone, with the target's revisions and artifacts", async () => {
    const [first] = await twice()
    const { pipelineExecutionId } = await rollback('Deploy', first)
    const { pipelineExecution } = await b.operations.getPipelineExecution(me, {
      pipelineName: 'demo',
      pipelineExecutionId,
    })
    expect(pipelineExecution).toMatchObject({
      executionType: 'ROLLBACK',
      trigger: { triggerType: 'ManualRollback' },
      rollbackMetadata: { rollbackTargetPipelineExecutionId: first },
      artifactRevisions: [{ revisionId: 'one' }],
    })
    await b.finish('d')
    expect(await b.executions()).toEqual(['Succeeded', 'Succeeded', 'Succeeded'])
  })

  test('R7: refused for the source stage, a rollback, a stage in progress, and where it did not succeed', async () => {
    const [first, second] = await twice()
    await expect(rollback('Source', first)).rejects.toMatchObject({ code: 'UnableToRollbackStageException' })
    const { pipelineExecutionId } = await rollback('Deploy', first)
    await expect(rollback('Deploy', second)).rejects.toMatchObject({
      code: 'UnableToRollbackStageException',
      message: expect.stringContaining('in progress'),
    })
    await b.finish('d')
    await expect(rollback('Deploy', pipelineExecutionId)).rejects.toMatchObject({
      message: expect.stringContaining('itself a rollback'),
    })
    const third = await start()
    await b.finish('Repo')
    await b.finish('d', failure())
    await expect(rollback('Deploy', third)).rejects.toMatchObject({
      message: expect.stringContaining('did not succeed'),
    })
  })

  test('R7: refused when the target ran on another version', async () => {
    const [first] = await twice()
    await b.operations.updatePipeline(me, { pipeline: pipeline([stage('Deploy', ['d'])]) })
    await expect(rollback('Deploy', first)).rejects.toMatchObject({ code: 'PipelineExecutionOutdatedException' })
  })

  test('R8: the legal targets are listed by the stage they succeeded in', async () => {
    const [first, second] = await twice()
    await start()
    await b.finish('Repo')
    await b.finish('d', failure())
    const { pipelineExecutionSummaries } = await b.operations.listPipelineExecutions(me, {
      pipelineName: 'demo',
      filter: { succeededInStage: { stageName: 'Deploy' } },
    })
    expect(pipelineExecutionSummaries.map((one) => one.pipelineExecutionId)).toEqual([second, first])
  })

  test('S16: a failure rolls back by itself to what last succeeded', async () => {
    const target = await create([stage('Deploy', ['d'], { onFailure: { result: 'ROLLBACK' } })])
    await finishAll('Repo', 'd')
    await start()
    await b.finish('Repo')
    await b.finish('d', failure())
    const { pipelineExecutionSummaries } = await b.operations.listPipelineExecutions(me, { pipelineName: 'demo' })
    expect(pipelineExecutionSummaries[0]).toMatchObject({
      executionType: 'ROLLBACK',
      trigger: { triggerType: 'AutomatedRollback' },
      rollbackMetadata: { rollbackTargetPipelineExecutionId: target },
    })
    await b.finish('d', failure())
    expect(await b.executions()).toEqual(['Failed', 'Failed', 'Succeeded'])
  })
})

describe('A: approvals', () => {
  const gate = (more = {}) => [
    stage('Gate', [action('ok', { actionTypeId: typeIds.approval, ...more })]),
    stage('Deploy', ['d']),
  ]
  const token = async () => (await door(1))?.actionStates[0]?.latestExecution?.token ?? ''
  const answer = async (status: 'Approved' | 'Rejected', given?: string) =>
    b.operations.putApprovalResult(me, {
      pipelineName: 'demo',
      stageName: 'Gate',
      actionName: 'ok',
      token: given ?? (await token()),
      result: { status, summary: 'because' },
    })

  test('A1, A3: approved, the action succeeds and tells when and by whom', async () => {
    await create(gate())
    await b.finish('Repo')
    expect(await answer('Approved')).toEqual({ approvedAt: new Date(b.clock.now()) })
    expect((await door(1))?.actionStates[0]?.latestExecution).toMatchObject({
      status: 'Succeeded',
      summary: 'because',
      lastUpdatedBy: me.arn,
    })
    await b.finish('d')
  })

  test('A3: rejected, the action and its stage fail', async () => {
    await create(gate())
    await b.finish('Repo')
    await answer('Rejected')
    expect(await b.state()).toMatchObject({ Gate: 'Failed', 'Gate/ok': 'Failed' })
  })

  test('A2: a wrong token, a stranger, a second answer', async () => {
    await create(gate())
    await b.finish('Repo')
    const right = await token()
    await expect(answer('Approved', '00000000-0000-0000-0000-000000000000')).rejects.toMatchObject({
      code: 'InvalidApprovalTokenException',
    })
    const stranger = {
      pipelineName: 'demo',
      stageName: 'Gate',
      actionName: 'nobody',
      token: right,
      result: { status: 'Approved' as const, summary: '' },
    }
    await expect(b.operations.putApprovalResult(me, stranger)).rejects.toMatchObject({
      code: 'ActionNotFoundException',
    })
    await answer('Approved')
    await expect(answer('Approved', right)).rejects.toMatchObject({ code: 'ApprovalAlreadyCompletedException' })
  })

  describe('X10: the definition is updated while one waits', () => {
    const update = (stages: readonly StageDeclaration[], more: Partial<PipelineDeclaration> = {}) =>
      b.operations.updatePipeline(me, { pipeline: pipeline(stages, more) })
    const waiting = async (more: Partial<PipelineDeclaration> = {}) => {
      await b.operations.createPipeline(me, { pipeline: pipeline(gate(), more) })
      await b.finish('Repo')
    }

    test.each([
      { it: 'its stage is renamed', stages: () => [{ ...gate()[0], name: 'Door' }, gate()[1]] },
      {
        it: 'its action is renamed',
        stages: () => [stage('Gate', [action('yes', { actionTypeId: typeIds.approval })])],
      },
      { it: 'its stage is removed', stages: () => [stage('Deploy', ['d'])] },
      { it: 'it is no approval any more', stages: () => [stage('Gate', ['ok'])] },
    ])('$it: nobody could answer it, and the execution is Cancelled with the reason', async ({ stages }) => {
      await waiting()
      await update(stages() as StageDeclaration[])
      const {
        pipelineExecutionSummaries: [last],
      } = await b.operations.listPipelineExecutions(me, { pipelineName: 'demo' })
      expect(last).toMatchObject({
        status: 'Cancelled',
        statusSummary: 'the definition of the pipeline was updated before the execution completed',
      })
      const {
        actionExecutionDetails: [approval],
      } = await b.operations.listActionExecutions(me, { pipelineName: 'demo' })
      expect(approval).toMatchObject({ actionName: 'ok', status: 'Abandoned' })
      await expect(
        answer('Approved', approval?.output?.executionResult?.externalExecutionId ?? 'x'),
      ).rejects.toMatchObject({
        code: expect.stringMatching(
          /^(StageNotFound|ActionNotFound|InvalidApprovalToken|ApprovalAlreadyCompleted)Exception$/,
        ),
      })
      await b.operations.startPipelineExecution(me, { name: 'demo' })
      await b.finish('Repo')
      expect((await b.executions())[0]).toBe('InProgress')
    })

    test('it has its place still: it goes on with its token, and its answer ends the execution', async () => {
      await waiting()
      await update([...gate(), stage('More', ['m'])])
      expect(await b.executions()).toEqual(['InProgress'])
      await answer('Approved')
      expect(await b.state()).toMatchObject({ Gate: 'Cancelled', 'Gate/ok': 'Succeeded' })
      expect(await b.executions()).toEqual(['Cancelled'])
    })

    test('in PARALLEL mode it is answered under the name that its execution knows, and the execution goes on', async () => {
      await waiting({ executionMode: 'PARALLEL' })
      await update([stage('Other', ['z'])], { executionMode: 'PARALLEL' })
      const {
        actionExecutionDetails: [approval],
      } = await b.operations.listActionExecutions(me, { pipelineName: 'demo' })
      await answer('Approved', approval?.output?.executionResult?.externalExecutionId ?? '')
      await b.finish('d')
      expect(await b.executions()).toEqual(['Succeeded'])
    })

    test('a sibling that runs ends first, and then the execution is Cancelled', async () => {
      await b.operations.createPipeline(me, {
        pipeline: pipeline([stage('Gate', [action('ok', { actionTypeId: typeIds.approval }), 'work'])]),
      })
      await b.finish('Repo')
      await b.claim()
      await update([stage('Door', ['work'])])
      expect(await b.executions()).toEqual(['InProgress'])
      await b.finish('work')
      expect(await b.executions()).toEqual(['Cancelled'])
    })
  })

  test.each([
    { more: {}, after: 7 * day },
    { more: { timeoutInMinutes: 10 }, after: 600_000 },
  ])('A3: nobody answers within $after ms: it fails; meanwhile the stage stays locked', async ({ more, after }) => {
    const { sweep } = await import('../../src/engine/sweep.js')
    await create(gate(more))
    await b.finish('Repo')
    await b.clock.advance(after - 1)
    await sweep(b.engine)
    expect(await b.executions()).toEqual(['InProgress'])
    await b.clock.advance(1)
    await sweep(b.engine)
    expect(await b.state()).toMatchObject({ 'Gate/ok': 'Failed' })
    expect(await b.executions()).toEqual(['Failed'])
  })
})
