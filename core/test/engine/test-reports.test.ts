import type { TestReportInput, TestStatus } from '../../src/domain/test-report.js'
import { action, type Bench, bench, me, pipeline, stage } from './support.js'

let b: Bench
beforeEach(async () => {
  b = await bench()
  await b.operations.createPipeline(me, { pipeline: pipeline([stage('Build', [action('a')])]) })
  await b.finish('Repo', { currentRevision: { revisionId: 'one' } })
})
afterEach(() => b.close())

const unit = (tests: Readonly<Record<string, TestStatus>>): TestReportInput => ({
  name: 'unit',
  type: 'TEST',
  testCases: Object.entries(tests).map(([name, status]) => ({ name, status, durationInNanoSeconds: 1 })),
})

/** One more execution whose action reports this. Answers how the action is named, and its job. */
async function execution(report: TestReportInput, begins = false) {
  if (begins) {
    await b.operations.startPipelineExecution(me, { name: 'demo' })
    await b.finish('Repo', { currentRevision: { revisionId: 'more' } })
  }
  const { id = '', fence = 0 } = (await b.claim()).a ?? {}
  await b.jobs.testReport(id, fence, report)
  const { data } = (await b.engine.store.read.job(id)) ?? {}
  await b.finish('a')
  await b.clock.advance(1_000)
  return { at: { pipelineName: 'demo', actionExecutionId: data?.actionExecutionId ?? '' }, job: { id, fence } }
}

test('a report is had by its action, whole or without its tests, and knows those before it', async () => {
  const first = await execution(unit({ a: 'SUCCEEDED', b: 'FAILED' }))
  const second = await execution(unit({ a: 'FAILED', b: 'SUCCEEDED' }), true)
  const third = await execution(unit({ a: 'SUCCEEDED', b: 'SUCCEEDED' }), true)
  const { testReports } = await b.operations.listTestReports(me, second.at)
  expect(testReports).toEqual([
    {
      name: 'unit',
      type: 'TEST',
      ...second.at,
      pipelineExecutionId: expect.any(String),
      stageName: 'Build',
      actionName: 'a',
      status: 'FAILED',
      created: expect.any(Number),
      testSummary: { total: 2, statusCounts: { FAILED: 1, SUCCEEDED: 1 }, durationInNanoSeconds: 2 },
      newlyFailed: ['a'],
      fixed: ['b'],
      flaky: [],
    },
  ])
  const whole = async ({ at }: typeof first) =>
    (await b.operations.getTestReport(me, { ...at, name: 'unit' })).testReport
  expect((await whole(first)).testCases).toHaveLength(2)
  expect(await whole(third)).toMatchObject({ status: 'SUCCEEDED', newlyFailed: [], fixed: ['a'], flaky: ['a'] })
})

test('the same name again takes its place; a job that is not held reports nothing', async () => {
  const { at, job } = await execution(unit({ a: 'FAILED' }))
  await b.jobs.testReport(job.id, job.fence, unit({ a: 'SUCCEEDED' }))
  expect((await b.operations.listTestReports(me, at)).testReports).toMatchObject([{ status: 'FAILED' }])
})

test('an action or report that is not there is named', async () => {
  const { at } = await execution(unit({}))
  await expect(b.operations.getTestReport(me, { ...at, name: 'other' })).rejects.toMatchObject({
    code: 'ValidationException',
    message: "The action execution has no test report 'other': unit",
  })
  await expect(b.operations.listTestReports(me, { ...at, pipelineName: 'else' })).rejects.toMatchObject({
    code: 'ActionExecutionNotFoundException',
  })
})
