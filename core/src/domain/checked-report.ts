import type { CodeCoverage, TestCase, TestReportInput, TestStatus } from './test-report.js'

const statuses: readonly TestStatus[] = ['SUCCEEDED', 'FAILED', 'ERROR', 'SKIPPED', 'UNKNOWN']
/** How many tests or files one report may have: more come from no test run that anybody reads. */
const mostEntries = 100_000

/** A report as it may be kept: masked, and of the right shape. Errors: TypeError naming the member, for the plugin's author. */
export function checkedReport(report: TestReportInput, mask: (text: string) => string): TestReportInput {
  if (typeof report.name !== 'string' || !/^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$/.test(report.name)) {
    throw new TypeError(
      `testReport: name is ${JSON.stringify(report.name)}: 1 to 128 letters, digits, - and _ are right`,
    )
  }
  const { name } = report
  if (report.type === 'CODE_COVERAGE') {
    const files = entries(report.codeCoverages, 'codeCoverages')
    return { name, type: report.type, codeCoverages: files.map((file, index) => checkedFile(file, index, mask)) }
  }
  if (report.type !== 'TEST') throw new TypeError('testReport: type is TEST or CODE_COVERAGE')
  const cases = entries(report.testCases, 'testCases')
  return { name, type: 'TEST', testCases: cases.map((one, index) => checkedCase(one, index, mask)) }
}

function entries<T>(given: readonly T[], member: string): readonly T[] {
  if (!Array.isArray(given)) throw new TypeError(`testReport: ${member} must be a list`)
  if (given.length > mostEntries) throw new TypeError(`testReport: ${member} has over ${mostEntries} entries`)
  return given
}

function checkedCase(one: TestCase, index: number, mask: (text: string) => string): TestCase {
  const { testSuiteName, name, status, durationInNanoSeconds, message } = one
  const where = `testReport: testCases[${index}]`
  if (typeof name !== 'string' || name === '') throw new TypeError(`${where}.name must be a text`)
  if (!statuses.includes(status)) throw new TypeError(`${where}.status must be one of ${statuses.join(', ')}`)
  if (!(durationInNanoSeconds >= 0)) throw new TypeError(`${where}.durationInNanoSeconds must be a number from 0 on`)
  return {
    name: mask(name),
    status,
    durationInNanoSeconds,
    ...(testSuiteName === undefined ? {} : { testSuiteName: mask(String(testSuiteName)) }),
    ...(message === undefined ? {} : { message: mask(String(message)) }),
  }
}

function checkedFile(file: CodeCoverage, index: number, mask: (text: string) => string): CodeCoverage {
  const numbers = ['linesCovered', 'linesMissed', 'branchesCovered', 'branchesMissed'] as const
  const wrong = numbers.find((member) => !(file[member] >= 0))
  if (wrong !== undefined) {
    throw new TypeError(`testReport: codeCoverages[${index}].${wrong} must be a number from 0 on`)
  }
  const { filePath, linesCovered, linesMissed, branchesCovered, branchesMissed } = file
  return { filePath: mask(String(filePath)), linesCovered, linesMissed, branchesCovered, branchesMissed }
}
