/** What tests and coverage tools say of a build: CodeBuild's reports, by its names. */

/**
 * How one test ended.
 * @example
 * const bad: TestStatus[] = ['FAILED', 'ERROR']
 */
export type TestStatus = 'SUCCEEDED' | 'FAILED' | 'ERROR' | 'SKIPPED' | 'UNKNOWN'

/**
 * One test.
 * @example
 * const test: TestCase = { testSuiteName: 'cart', name: 'adds', status: 'FAILED', durationInNanoSeconds: 2e6, message: 'expected 2' }
 */
export interface TestCase {
  readonly testSuiteName?: string
  readonly name: string
  readonly status: TestStatus
  readonly durationInNanoSeconds: number
  /** Why it failed, or was skipped; the first 1,000 characters are kept. */
  readonly message?: string
}

/**
 * One file's coverage.
 * @example
 * const half: CodeCoverage = { filePath: 'src/a.ts', linesCovered: 5, linesMissed: 5, branchesCovered: 0, branchesMissed: 0 }
 */
export interface CodeCoverage {
  readonly filePath: string
  readonly linesCovered: number
  readonly linesMissed: number
  readonly branchesCovered: number
  readonly branchesMissed: number
}

/**
 * What a provider hands in: the whole report, under the name of its group. The same name again takes its place.
 * @example
 * const report: TestReportInput = { name: 'unit', type: 'TEST', testCases: [] }
 */
export type TestReportInput =
  | { readonly name: string; readonly type: 'TEST'; readonly testCases: readonly TestCase[] }
  | { readonly name: string; readonly type: 'CODE_COVERAGE'; readonly codeCoverages: readonly CodeCoverage[] }

/**
 * A report's numbers.
 * @example
 * const passed = (summary: TestSummary) => summary.statusCounts.SUCCEEDED ?? 0
 */
export interface TestSummary {
  readonly total: number
  readonly statusCounts: Readonly<Partial<Record<TestStatus, number>>>
  readonly durationInNanoSeconds: number
}

/**
 * A test report as it is kept, with what became of its tests since the reports before it of the same action and group.
 * @example
 * const news = (report: TestReport) => report.newlyFailed.length > 0
 */
export interface TestReport {
  readonly name: string
  readonly type: 'TEST' | 'CODE_COVERAGE'
  readonly actionExecutionId: string
  readonly pipelineName: string
  readonly pipelineExecutionId: string
  readonly stageName: string
  readonly actionName: string
  /** FAILED when a test failed. */
  readonly status: 'SUCCEEDED' | 'FAILED'
  /** Epoch milliseconds. */
  readonly created: number
  readonly testSummary?: TestSummary
  readonly codeCoverageSummary?: Omit<CodeCoverage, 'filePath'>
  /** Tests that failed now and not in the report before, by `testKey`. */
  readonly newlyFailed: readonly string[]
  /** Tests that failed in the report before and succeeded now. */
  readonly fixed: readonly string[]
  /** Tests that changed between failed and not failed at least twice in the last twenty reports. */
  readonly flaky: readonly string[]
  readonly testCases?: readonly TestCase[]
  readonly codeCoverages?: readonly CodeCoverage[]
  /** Set when there were more tests or files than are kept; the numbers count all. */
  readonly truncated?: true
}

/** How many reports of the past are looked at for flaky tests. */
export const reportsLookedAt = 20
const mostKept = 5_000
const longestMessage = 1_000

/** A test's name across reports. */
export function testKey({ testSuiteName, name }: TestCase): string {
  return testSuiteName === undefined ? name : `${testSuiteName} › ${name}`
}

/** Whose report it is. */
export type ReportOwner = Pick<
  TestReport,
  'actionExecutionId' | 'pipelineName' | 'pipelineExecutionId' | 'stageName' | 'actionName' | 'created'
>

/**
 * Makes the report of what was handed in. `past` are the failed tests of the reports before it, by key, the newest first.
 */
export function makeReport(
  input: TestReportInput,
  owner: ReportOwner,
  past: readonly (readonly string[])[],
): TestReport {
  if (input.type === 'CODE_COVERAGE') return coverageReport(input, owner)
  const { name, testCases: all } = input
  const failed = failedTests(all)
  const sets = [failed, ...past].map((keys) => new Set(keys))
  const [now, before] = sets
  const succeeded = new Set(all.filter(({ status }) => status === 'SUCCEEDED').map(testKey))
  const kept = [...all].sort((a, b) => Number(isFailed(b)) - Number(isFailed(a))).slice(0, mostKept)
  return {
    name,
    type: 'TEST',
    ...owner,
    status: failed.length > 0 ? 'FAILED' : 'SUCCEEDED',
    testSummary: summarize(all),
    newlyFailed: before === undefined ? [] : failed.filter((key) => !before.has(key)),
    fixed: [...(before ?? [])].filter((key) => succeeded.has(key) && now?.has(key) !== true),
    flaky: flakyTests(sets),
    testCases: kept.map(cut),
    ...(all.length > kept.length ? { truncated: true as const } : {}),
  }
}

/** The failed tests of a report, by key. */
export function failedTests(cases: readonly TestCase[]): readonly string[] {
  return [...new Set(cases.filter(isFailed).map(testKey))]
}

function isFailed({ status }: TestCase): boolean {
  return status === 'FAILED' || status === 'ERROR'
}

function flakyTests(sets: readonly ReadonlySet<string>[]): readonly string[] {
  const keys = new Set(sets.flatMap((set) => [...set]))
  return [...keys].filter((key) => {
    const changes = sets.filter((set, index) => index > 0 && set.has(key) !== sets[index - 1]?.has(key)).length
    return changes >= 2
  })
}

function summarize(cases: readonly TestCase[]): TestSummary {
  const statusCounts: Partial<Record<TestStatus, number>> = {}
  for (const { status } of cases) statusCounts[status] = (statusCounts[status] ?? 0) + 1
  const durationInNanoSeconds = cases.reduce((sum, one) => sum + one.durationInNanoSeconds, 0)
  return { total: cases.length, statusCounts, durationInNanoSeconds }
}

function cut({ message, ...rest }: TestCase): TestCase {
  return message === undefined ? rest : { ...rest, message: message.slice(0, longestMessage) }
}

function coverageReport(
  { name, codeCoverages: all }: TestReportInput & { readonly type: 'CODE_COVERAGE' },
  owner: ReportOwner,
): TestReport {
  const sum = (of: (file: CodeCoverage) => number) => all.reduce((total, file) => total + of(file), 0)
  return {
    name,
    type: 'CODE_COVERAGE',
    ...owner,
    status: 'SUCCEEDED',
    codeCoverageSummary: {
      linesCovered: sum((file) => file.linesCovered),
      linesMissed: sum((file) => file.linesMissed),
      branchesCovered: sum((file) => file.branchesCovered),
      branchesMissed: sum((file) => file.branchesMissed),
    },
    newlyFailed: [],
    fixed: [],
    flaky: [],
    codeCoverages: all.slice(0, mostKept),
    ...(all.length > mostKept ? { truncated: true as const } : {}),
  }
}
