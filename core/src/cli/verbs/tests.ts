import type { TestReportSummary } from '../../engine/test-reports.js'
import { actionExecutionsOf } from '../api/action-executions.js'
import { withClient } from '../api/connect.js'
import { print } from '../output.js'
import { clean } from '../terminal/clean.js'
import type { VerbOptions } from './options.js'
import { pickExecution } from './pick.js'

export interface TestsOptions extends VerbOptions {
  readonly execution?: string
}

/** How many tests one line names. */
const NAMED = 10

/** `penstock tests PIPELINE`: the test reports of the newest execution: their numbers, what newly fails, what is flaky. */
export async function tests(pipelineName: string, options: TestsOptions): Promise<void> {
  const reports = await withClient(options, async (client) => {
    const { pipelineExecutionId } = await pickExecution(client, pipelineName, options.execution)
    const actions = await actionExecutionsOf(client, pipelineName, pipelineExecutionId)
    const all: TestReportSummary[] = []
    for (const { actionExecutionId } of actions.reverse()) {
      all.push(...(await client.listTestReports({ pipelineName, actionExecutionId })).testReports)
    }
    return all
  })
  print(options.output, reports, () =>
    reports.length === 0 ? ['No action of this execution has a test report.'] : reports.flatMap(linesOf),
  )
}

function linesOf(report: TestReportSummary): string[] {
  const { stageName, actionName, name, newlyFailed, fixed, flaky } = report
  return [
    `${stageName}/${actionName} ${name}: ${numbersOf(report)}`,
    ...named('newly failed', newlyFailed),
    ...named('fixed', fixed),
    ...named('flaky', flaky),
  ]
}

function numbersOf({ testSummary, codeCoverageSummary: coverage }: TestReportSummary): string {
  if (testSummary !== undefined) {
    const { total, statusCounts, durationInNanoSeconds } = testSummary
    const failed = (statusCounts.FAILED ?? 0) + (statusCounts.ERROR ?? 0)
    const seconds = (durationInNanoSeconds / 1e9).toFixed(1)
    return `${total} tests, ${failed} failed, ${statusCounts.SKIPPED ?? 0} skipped, ${seconds} s`
  }
  const { linesCovered = 0, linesMissed = 0 } = coverage ?? {}
  const all = linesCovered + linesMissed
  return `${all === 0 ? 0 : ((100 * linesCovered) / all).toFixed(1)} % of ${all} lines covered`
}

function named(what: string, keys: readonly string[]): string[] {
  if (keys.length === 0) return []
  const more = keys.length > NAMED ? ` and ${keys.length - NAMED} more` : ''
  return [`  ${what}: ${keys.slice(0, NAMED).map(clean).join(', ')}${more}`]
}
