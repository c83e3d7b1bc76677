import { reportRevision } from '../../src/engine/report-revision.js'
import { beyondLimits } from '../../src/store/old-history.js'
import { action, type Bench, bench, failure, me, pipeline, stage, typeIds } from './support.js'

let b: Bench
beforeEach(async () => {
  b = await bench()
})
afterEach(() => b.close())

const start = async (name = 'demo', clientRequestToken?: string) =>
  (await b.operations.startPipelineExecution(me, { name, clientRequestToken })).pipelineExecutionId

/** Lets the newest execution through the source stage. */
async function source(): Promise<void> {
  await b.finish('Repo', { currentRevision: { revisionId: 'r' } })
}

test('X1: creating starts an execution (trigger CreatePipeline), updating does not', async () => {
  const structure = pipeline([stage('Build', ['a'])])
  await b.operations.createPipeline(me, { pipeline: structure })
  await source()
  await b.finish('a')
  await b.operations.updatePipeline(me, { pipeline: structure })
  const { pipelineExecutionSummaries: all } = await b.operations.listPipelineExecutions(me, { pipelineName: 'demo' })
  expect(all.map((one) => one.trigger)).toEqual([{ triggerType: 'CreatePipeline', triggerDetail: me.arn }])
})

test('X2: all source actions run again on any change, each at the revision that is pinned for it', async () => {
  const two = [action('One', { actionTypeId: typeIds.source }), action('Two', { actionTypeId: typeIds.source })]
  await b.operations.createPipeline(me, {
    pipeline: { ...pipeline([stage('Build', ['a'])]), stages: [stage('Source', two), stage('Build', ['a'])] },
  })
  await b.finish('One')
  await b.finish('Two')
  await b.finish('a')
  const actionRevision = { revisionId: 'r2', revisionChangeId: 'r2', created: new Date(0) }
  await b.operations.putActionRevision(me, {
    pipelineName: 'demo',
    stageName: 'Source',
    actionName: 'One',
    actionRevision,
  })
  expect(Object.keys(await b.claim()).sort()).toEqual(['One', 'Two'])
})

test('X3: a stage holds one execution at a time, and is free again after a failure', async () => {
  await b.operations.createPipeline(me, { pipeline: pipeline([stage('Build', ['a'])]) })
  await source()
  const second = await start()
  await source()
  expect(await b.executions()).toEqual(['InProgress', 'InProgress'])
  const { stageStates } = await b.operations.getPipelineState(me, { name: 'demo' })
  expect(stageStates[1]?.inboundExecution).toEqual({
    pipelineExecutionId: second,
    status: 'InProgress',
    type: 'STANDARD',
  })
  await b.finish('a', failure())
  expect(await b.executions()).toEqual(['InProgress', 'Failed'])
  expect((await b.claim()).a?.executionId).toBe(second)
})

test('X4: of those that wait in front of a stage only the newest stays, and none inside is superseded', async () => {
  await b.operations.createPipeline(me, { pipeline: pipeline([stage('Build', ['a'])]) })
  await source()
  for (let run = 0; run < 3; run++) {
    await start()
    await source()
  }
  expect(await b.executions()).toEqual(['InProgress', 'Superseded', 'Superseded', 'InProgress'])
})

test('X5: QUEUED executions keep their order, and none is superseded', async () => {
  await b.operations.createPipeline(me, { pipeline: pipeline([stage('Build', ['a'])], { executionMode: 'QUEUED' }) })
  await source()
  const order: (string | undefined)[] = [await start(), await start()]
  await source()
  await source()
  const seen: (string | undefined)[] = []
  for (let run = 0; run < 3; run++) {
    seen.push((await b.claim()).a?.executionId)
    await b.finish('a')
  }
  expect(seen.slice(1)).toEqual(order)
  expect(await b.executions()).toEqual(['Succeeded', 'Succeeded', 'Succeeded'])
})

test('X6: PARALLEL executions share stages, run five actions each at most, and GetPipelineState is empty', async () => {
  const many = Array.from({ length: 7 }, (_, index) => `a${index}`)
  await b.operations.createPipeline(me, { pipeline: pipeline([stage('Build', many)], { executionMode: 'PARALLEL' }) })
  const first = (await b.claim()).Repo
  await b.finish('Repo')
  expect(Object.keys(await b.claim())).toHaveLength(5)
  await b.finish('a0')
  expect(Object.keys(await b.claim())).toHaveLength(5)
  await start()
  expect((await b.claim()).Repo?.executionId).not.toBe(first?.executionId)
  expect(await b.state()).toEqual({})
})

test('X6: the approval token of a PARALLEL execution is in ListActionExecutions', async () => {
  const gate = stage('Gate', [action('ok', { actionTypeId: typeIds.approval })])
  await b.operations.createPipeline(me, { pipeline: pipeline([gate], { executionMode: 'PARALLEL' }) })
  await b.finish('Repo')
  const { actionExecutionDetails } = await b.operations.listActionExecutions(me, { pipelineName: 'demo' })
  const token = actionExecutionDetails[0]?.output?.executionResult?.externalExecutionId ?? ''
  await b.operations.putApprovalResult(me, {
    pipelineName: 'demo',
    stageName: 'Gate',
    actionName: 'ok',
    token,
    result: { status: 'Approved', summary: '' },
  })
  expect(await b.executions()).toEqual(['Succeeded'])
})

test('X9: after a failure the siblings go on, and the groups after do not start', async () => {
  await b.operations.createPipeline(me, {
    pipeline: pipeline([stage('Build', ['a', 'b', action('c', { runOrder: 2 })])]),
  })
  await source()
  await b.finish('a', failure('no luck'))
  expect(await b.state()).toMatchObject({ 'Build/a': 'Failed', 'Build/b': 'InProgress' })
  await b.finish('b')
  expect(await b.state()).toMatchObject({ Build: 'Failed', 'Build/b': 'Succeeded' })
  expect(await b.state()).not.toHaveProperty('Build/c')
})

describe('X10: an update while executions run', () => {
  test('what runs is Cancelled once its actions ended, what waits at once', async () => {
    const structure = pipeline([stage('Build', ['a', action('late', { runOrder: 2 })])])
    await b.operations.createPipeline(me, { pipeline: structure })
    await source()
    await start()
    await source()
    await b.operations.updatePipeline(me, { pipeline: structure })
    expect(await b.executions()).toEqual(['Cancelled', 'InProgress'])
    await b.finish('a')
    expect(await b.executions()).toEqual(['Cancelled', 'Cancelled'])
    expect(await b.state()).toMatchObject({ Build: 'Cancelled' })
  })

  test('PARALLEL executions finish on the definition they started with', async () => {
    await b.operations.createPipeline(me, {
      pipeline: pipeline([stage('Build', ['a'])], { executionMode: 'PARALLEL' }),
    })
    await source()
    await b.operations.updatePipeline(me, { pipeline: pipeline([stage('Other', ['z'])], { executionMode: 'QUEUED' }) })
    await b.finish('a')
    expect(await b.executions()).toEqual(['Succeeded'])
  })
})

test('X11: history comes newest first, in pages that lead to each other', async () => {
  await b.operations.createPipeline(me, { pipeline: pipeline([stage('Build', ['a'])], { executionMode: 'QUEUED' }) })
  for (let run = 0; run < 4; run++) await start()
  const seen: string[] = []
  let nextToken: string | undefined
  do {
    const page = await b.operations.listPipelineExecutions(me, { pipelineName: 'demo', maxResults: 2, nextToken })
    seen.push(...page.pipelineExecutionSummaries.map((one) => one.pipelineExecutionId))
    nextToken = page.nextToken
  } while (nextToken)
  const all = await b.operations.listPipelineExecutions(me, { pipelineName: 'demo' })
  expect(seen).toEqual(all.pipelineExecutionSummaries.map((one) => one.pipelineExecutionId))
  expect(seen).toHaveLength(5)
  await expect(
    b.operations.listPipelineExecutions(me, { pipelineName: 'demo', nextToken: 'made-up' }),
  ).rejects.toMatchObject({ code: 'InvalidNextTokenException' })
})

test('X11: history older than its keep is forgotten, and nothing that lives', async () => {
  await b.operations.createPipeline(me, { pipeline: pipeline([stage('Build', ['a'])]) })
  await source()
  await b.finish('a')
  await start()
  const { pipelineExecutionSummaries: all } = await b.operations.listPipelineExecutions(me, { pipelineName: 'demo' })
  expect(await b.engine.store.forgetExecutions(all.map((one) => one.pipelineExecutionId))).toBe(1)
  expect(await b.executions()).toEqual(['InProgress'])
})

test('X11: beyond its limits is what ended, but for the newest and the two last that were good', async () => {
  await b.operations.createPipeline(me, { pipeline: pipeline([stage('Build', ['a'])]) })
  const results = ['good 1', 'good 2', 'good 3', 'bad 1', 'bad 2', 'live']
  for (const [at, result] of results.entries()) {
    if (at > 0) await start()
    await source()
    if (result !== 'live') await b.finish('a', result.startsWith('bad') ? failure() : {})
  }
  const { pipelineExecutionSummaries: all } = await b.operations.listPipelineExecutions(me, { pipelineName: 'demo' })
  const names = new Map([...all].reverse().map((one, at) => [one.pipelineExecutionId, results[at]]))
  const beyond = async (limits: { before: number; keep?: number }) =>
    (await beyondLimits(b.database, 'demo', limits, 10)).map((id) => names.get(id))
  // bad 2 is one of the two last that were good in the stage Source.
  expect(await beyond({ before: b.clock.now() + 1 })).toEqual(['good 1', 'bad 1'])
  expect(await beyond({ before: 0, keep: 1 })).toEqual(['good 1', 'bad 1'])
  expect(await beyond({ before: 0 })).toEqual([])
})

test('X12: the same request token starts one execution', async () => {
  await b.operations.createPipeline(me, { pipeline: pipeline([stage('Build', ['a'])]) })
  expect(await start('demo', 'once')).toBe(await start('demo', 'once'))
  expect(await start('demo', 'twice')).not.toBe(await start('demo', 'once'))
})

describe('X13: variables', () => {
  const structure = pipeline([stage('Build', [action('a', { configuration: { Text: 'to #{variables.Target}' } })])], {
    variables: [{ name: 'Target', defaultValue: 'staging' }],
  })

  test('a start may override them', async () => {
    await b.operations.createPipeline(me, { pipeline: structure })
    const { pipelineExecutionId } = await b.operations.startPipelineExecution(me, {
      name: 'demo',
      variables: [{ name: 'Target', value: 'live' }],
    })
    const { pipelineExecution } = await b.operations.getPipelineExecution(me, {
      pipelineName: 'demo',
      pipelineExecutionId,
    })
    expect(pipelineExecution.variables).toEqual([{ name: 'Target', resolvedValue: 'live' }])
  })

  test('a name that is not declared is refused, with those that are', async () => {
    await b.operations.createPipeline(me, { pipeline: structure })
    const wrong = b.operations.startPipelineExecution(me, { name: 'demo', variables: [{ name: 'Tarket', value: 'x' }] })
    await expect(wrong).rejects.toMatchObject({
      code: 'ValidationException',
      message: expect.stringContaining('declared: Target'),
    })
  })
})

describe('X14: source revisions', () => {
  test('reach the source job', async () => {
    await b.operations.createPipeline(me, { pipeline: pipeline([stage('Build', ['a'])]) })
    await b.finish('Repo')
    const override = { actionName: 'Repo', revisionType: 'COMMIT_ID' as const, revisionValue: 'c0ffee' }
    await b.operations.startPipelineExecution(me, { name: 'demo', sourceRevisions: [override] })
    const [job] = await b.jobs.claim('w', ['Source/Custom/Repo/1'], 1)
    expect(job?.data.sourceOverride).toEqual(override)
  })

  test.each([
    { actionName: 'Elsewhere', revisionType: 'COMMIT_ID' as const, says: "'Elsewhere', which is not a source action" },
    { actionName: 'Repo', revisionType: 'S3_OBJECT_KEY' as const, says: 'AllowOverrideForS3ObjectKey' },
  ])('$actionName $revisionType is refused', async ({ actionName, revisionType, says }) => {
    await b.operations.createPipeline(me, { pipeline: pipeline([stage('Build', ['a'])]) })
    const sourceRevisions = [{ actionName, revisionType, revisionValue: 'x' }]
    await expect(b.operations.startPipelineExecution(me, { name: 'demo', sourceRevisions })).rejects.toMatchObject({
      code: 'ValidationException',
      message: expect.stringContaining(says),
    })
  })
})

describe('V: variables between actions', () => {
  test('V1, V4: an output variable is resolved just before the action starts; the history shows both', async () => {
    const build = action('a', { configuration: { Text: 'at #{SourceVariables.CommitId}' } })
    await b.operations.createPipeline(me, { pipeline: pipeline([stage('Build', [build])]) })
    await b.finish('Repo', { outputVariables: { CommitId: 'c0ffee' } })
    const { actionExecutionDetails } = await b.operations.listActionExecutions(me, { pipelineName: 'demo' })
    expect(actionExecutionDetails[0]?.input).toMatchObject({
      configuration: { Text: 'at #{SourceVariables.CommitId}' },
      resolvedConfiguration: { Text: 'at c0ffee' },
    })
  })

  test('V1: a variable that was never put out fails the action, naming it', async () => {
    const build = action('a', { configuration: { Text: '#{SourceVariables.Nope}' } })
    await b.operations.createPipeline(me, { pipeline: pipeline([stage('Build', [build])]) })
    await b.finish('Repo', { outputVariables: { CommitId: 'c0ffee' } })
    const { actionExecutionDetails } = await b.operations.listActionExecutions(me, { pipelineName: 'demo' })
    expect(actionExecutionDetails[0]).toMatchObject({
      status: 'Failed',
      output: { executionResult: { errorDetails: { message: expect.stringContaining('Nope') } } },
    })
  })

  test('V5: too many output variables are refused, and the job can still report', async () => {
    await b.operations.createPipeline(me, { pipeline: pipeline([stage('Build', ['a'])]) })
    const { Repo: job } = await b.claim()
    const outputVariables = { Big: 'x'.repeat(122_880) }
    const put = b.jobs.succeed(job?.id ?? '', job?.fence ?? 0, { outputVariables })
    await expect(put).rejects.toMatchObject({ code: 'OutputVariablesSizeExceededException' })
    await b.jobs.succeed(job?.id ?? '', job?.fence ?? 0, {})
    expect(await b.state()).toMatchObject({ Source: 'Succeeded' })
  })
})

test('D1: deleting is idempotent, takes the history, and ends the jobs', async () => {
  await b.operations.createPipeline(me, { pipeline: pipeline([stage('Build', ['a'])]) })
  const { Repo: job } = await b.claim()
  await b.operations.deletePipeline(me, { name: 'demo' })
  await b.operations.deletePipeline(me, { name: 'demo' })
  await expect(b.operations.getPipeline(me, { name: 'demo' })).rejects.toMatchObject({
    code: 'PipelineNotFoundException',
    message: "Account '123456789012' does not have a pipeline with name 'demo'",
  })
  expect(await b.jobs.heartbeat('worker', [{ jobId: job?.id ?? '', fence: 1 }])).toEqual([
    { jobId: job?.id, gone: true },
  ])
  await b.operations.createPipeline(me, { pipeline: pipeline([stage('Build', ['a'])]) })
  expect(await b.executions()).toEqual(['InProgress'])
})

test('X10: what waits on an older definition, at the closed door of a stage that is no more, goes on', async () => {
  await b.operations.createPipeline(me, { pipeline: pipeline([stage('Build', ['a'])], { executionMode: 'PARALLEL' }) })
  await b.operations.disableStageTransition(me, {
    pipelineName: 'demo',
    stageName: 'Build',
    transitionType: 'Inbound',
    reason: 'hold',
  })
  await source()
  await b.operations.updatePipeline(me, { pipeline: pipeline([stage('Other', ['z'])], { executionMode: 'PARALLEL' }) })
  await b.finish('a')
  expect(await b.executions()).toEqual(['Succeeded'])
})

describe('X2: a source reports what it found', () => {
  const report = (revisionId: string, tag?: string, branch?: string) =>
    reportRevision(b.engine, {
      pipelineName: 'demo',
      revision: { actionName: 'Repo', revisionId, ...(branch === undefined ? {} : { branch }) },
      trigger: { triggerType: 'PollForSourceChanges' },
      tag,
    })
  beforeEach(() => b.operations.createPipeline(me, { pipeline: pipeline([stage('Build', ['a'])]) }))

  test('told of by many at once, one execution comes of it, with that revision', async () => {
    const answers = await Promise.all([report('new'), report('new'), report('new')])
    expect(new Set(answers.map((one) => one.pipelineExecutionId)).size).toBe(1)
    expect(await b.executions()).toHaveLength(2)
  })

  test('the same commit on another branch is another event, however often each is told of', async () => {
    const on = (branch: string, revisionId: string) => report(revisionId, undefined, branch)
    const [main, release] = [await on('main', 'one'), await on('release/1', 'one')]
    expect(main).not.toEqual(release)
    expect([await on('main', 'one'), await on('release/1', 'one'), await on('main', 'one')]).toEqual([
      main,
      release,
      main,
    ])
    await on('main', 'two')
    expect(await on('release/1', 'one')).toEqual(release)
    expect(await b.executions()).toHaveLength(4)
    await on('main', 'one') // pushed back
    expect(await b.executions()).toHaveLength(5)
  })

  test('an older revision that is the tip again starts another', async () => {
    await report('one')
    await report('two')
    await report('one')
    expect(await b.executions()).toHaveLength(4)
  })

  test('a tag on a revision that was built before starts one; the same tag again none', async () => {
    await report('one')
    await report('one', 'v1')
    await report('one', 'v1')
    expect(await b.executions()).toHaveLength(3)
  })
})
