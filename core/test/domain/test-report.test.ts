import {
  failedTests,
  makeReport,
  type ReportOwner,
  type TestCase,
  type TestStatus,
} from '../../src/domain/test-report.js'

const owner: ReportOwner = {
  actionExecutionId: 'a',
  pipelineName: 'p',
  pipelineExecutionId: 'e',
  stageName: 's',
  actionName: 'Test',
  created: 1,
}

/** `{ a: 'FAILED' }` as tests. */
const cases = (all: Readonly<Record<string, TestStatus>>): TestCase[] =>
  Object.entries(all).map(([name, status]) => ({ name, status, durationInNanoSeconds: 1 }))

const report = (all: Readonly<Record<string, TestStatus>>, ...past: (readonly string[])[]) =>
  makeReport({ name: 'unit', type: 'TEST', testCases: cases(all) }, owner, past)

test('counts, sums, and fails when a test failed or ended in an error', () => {
  expect(report({ a: 'SUCCEEDED', b: 'ERROR', c: 'SKIPPED' })).toMatchObject({
    status: 'FAILED',
    testSummary: { total: 3, statusCounts: { SUCCEEDED: 1, ERROR: 1, SKIPPED: 1 }, durationInNanoSeconds: 3 },
  })
  expect(report({ a: 'SUCCEEDED', c: 'SKIPPED' }).status).toBe('SUCCEEDED')
})

test.each([
  { it: 'nothing is new in a first report', now: { a: 'FAILED' }, past: [], newlyFailed: [], fixed: [] },
  { it: 'what failed before is not new', now: { a: 'FAILED' }, past: [['a']], newlyFailed: [], fixed: [] },
  { it: 'what did not fail before is new', now: { a: 'FAILED' }, past: [[]], newlyFailed: ['a'], fixed: [] },
  { it: 'what failed and succeeds is fixed', now: { a: 'SUCCEEDED' }, past: [['a']], newlyFailed: [], fixed: ['a'] },
  { it: 'what is gone or skipped is not fixed', now: { a: 'SKIPPED' }, past: [['a', 'b']], newlyFailed: [], fixed: [] },
] as const)('$it', ({ now, past, newlyFailed, fixed }) => {
  expect(report(now, ...past)).toMatchObject({ newlyFailed, fixed })
})

test.each([
  { it: 'fails once', past: [[], []], flaky: [] },
  { it: 'fails again after it had succeeded', past: [[], ['a']], flaky: ['a'] },
  { it: 'has failed ever since', past: [['a'], ['a'], []], flaky: [] },
] as const)('a test that $it', ({ past, flaky }) => {
  expect(report({ a: 'FAILED' }, ...past).flaky).toEqual(flaky)
})

test('tests of one name in two suites are two', () => {
  const both: TestCase[] = ['x', 'y'].map((testSuiteName) => ({
    testSuiteName,
    ...(cases({ a: 'FAILED' })[0] as TestCase),
  }))
  expect(failedTests(both)).toEqual(['x › a', 'y › a'])
})

test('a large report keeps its failures first, and counts all', () => {
  const many = [
    ...cases(Object.fromEntries(Array.from({ length: 6000 }, (_, n) => [`t${n}`, 'SUCCEEDED']))),
    ...cases({ bad: 'FAILED' }),
  ]
  const made = makeReport({ name: 'unit', type: 'TEST', testCases: many }, owner, [])
  expect(made).toMatchObject({ truncated: true, testSummary: { total: 6001 } })
  expect(made.testCases).toHaveLength(5000)
  expect(made.testCases?.[0]?.name).toBe('bad')
})

test('coverage is summed up', () => {
  const file = { linesCovered: 1, linesMissed: 2, branchesCovered: 3, branchesMissed: 4 }
  const codeCoverages = [
    { filePath: 'a', ...file },
    { filePath: 'b', ...file },
  ]
  expect(makeReport({ name: 'c', type: 'CODE_COVERAGE', codeCoverages }, owner, [])).toMatchObject({
    status: 'SUCCEEDED',
    codeCoverageSummary: { linesCovered: 2, linesMissed: 4, branchesCovered: 6, branchesMissed: 8 },
  })
})
