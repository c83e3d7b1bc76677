import type { OperationOutput } from '@penstock/core'
import { Pre } from '../../view/pre.js'
import { StateMark } from '../../view/status.js'
import { duration } from '../../view/time.js'

export type TestReport = OperationOutput<'getTestReport'>['testReport']

/** Failed tests that are shown with what they say. */
const most = 50

/** What tests and coverage tools said of a build: what fails, what is new about it, and what is flaky. */
export function TestReports({ reports }: { readonly reports: readonly TestReport[] }) {
  return (
    <>
      {reports.map((report) => (
        <section key={report.name} class="panel" aria-label={`Test report ${report.name}`} id="tests">
          <header class="panel-head">
            <h2>{report.name}</h2>
            <StateMark state={{ name: report.status === 'FAILED' ? 'failed' : 'succeeded', words: wordsOf(report) }} />
          </header>
          <News report={report} />
          <FailedTests report={report} />
        </section>
      ))}
    </>
  )
}

function wordsOf({ testSummary, codeCoverageSummary }: TestReport): string {
  if (codeCoverageSummary) {
    const { linesCovered, linesMissed } = codeCoverageSummary
    const all = linesCovered + linesMissed
    return `${all === 0 ? 0 : ((linesCovered / all) * 100).toFixed(1)} % of ${all} lines are covered`
  }
  const { total = 0, statusCounts = {}, durationInNanoSeconds = 0 } = testSummary ?? {}
  const failed = (statusCounts.FAILED ?? 0) + (statusCounts.ERROR ?? 0)
  const skipped = statusCounts.SKIPPED ? `, ${statusCounts.SKIPPED} skipped` : ''
  const took = duration(durationInNanoSeconds / 1e6)
  return failed > 0 ? `${failed} of ${total} fail${skipped}, in ${took}` : `${total} tests${skipped}, in ${took}`
}

function News({ report: { newlyFailed, fixed, flaky } }: { readonly report: TestReport }) {
  const news = [
    ['fails now and did not before', newlyFailed],
    ['fails no more', fixed],
    ['changes to and fro', flaky],
  ] as const
  return (
    <ul class="pad plain">
      {news
        .filter(([, tests]) => tests.length > 0)
        .map(([words, tests]) => (
          <li key={words}>
            <strong>{tests.slice(0, 5).join(', ')}</strong>
            {tests.length > 5 && ` and ${tests.length - 5} more`} {words}.
          </li>
        ))}
    </ul>
  )
}

function FailedTests({ report: { testCases = [], newlyFailed, flaky } }: { readonly report: TestReport }) {
  const failed = testCases.filter(({ status }) => status === 'FAILED' || status === 'ERROR')
  if (failed.length === 0) return null
  return (
    <ul class="runs">
      {failed.slice(0, most).map(({ testSuiteName, name, durationInNanoSeconds, message }) => {
        const key = testSuiteName === undefined ? name : `${testSuiteName} › ${name}`
        return (
          <li key={key} class="run tone-failed">
            <StateMark state={{ name: 'failed', words: key }} />
            {newlyFailed.includes(key) && <span class="badge tone-failed">new</span>}
            {flaky.includes(key) && <span class="badge tone-person">flaky</span>}
            <span class="quiet">{duration(durationInNanoSeconds / 1e6)}</span>
            {message && <Pre>{message}</Pre>}
          </li>
        )
      })}
      {failed.length > most && <li class="quiet">and {failed.length - most} more</li>}
    </ul>
  )
}
