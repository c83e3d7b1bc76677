import type { TestCase, TestStatus } from '@penstock/core'
import { child, descendants, type Element } from './xml.js'

const statuses: Readonly<Record<string, TestStatus>> = {
  passed: 'SUCCEEDED',
  completed: 'SUCCEEDED',
  failed: 'FAILED',
  error: 'ERROR',
  aborted: 'ERROR',
  timeout: 'ERROR',
  notexecuted: 'SKIPPED',
  notrunnable: 'SKIPPED',
}

/** Visual Studio's .trx: results name their tests by id, definitions name the tests' classes. */
export function readTrx(root: Element): readonly TestCase[] {
  const classes = new Map(
    descendants(root, 'UnitTest').map((test) => [test.attributes.id, child(test, 'TestMethod')?.attributes.className]),
  )
  return descendants(root, 'UnitTestResult').map((result) => {
    const { testName, testId, outcome = '', duration } = result.attributes
    const why = child(child(result, 'Output'), 'ErrorInfo')
    const message = [child(why, 'Message')?.text, child(why, 'StackTrace')?.text]
      .map((text) => text?.trim())
      .filter(Boolean)
    // Some write the assembly behind the class.
    const suite = classes.get(testId)?.split(',')[0]
    return {
      name: testName || '(without a name)',
      status: statuses[outcome.toLowerCase()] ?? 'UNKNOWN',
      durationInNanoSeconds: clock(duration),
      ...(suite ? { testSuiteName: suite } : {}),
      ...(message.length === 0 ? {} : { message: message.join('\n') }),
    }
  })
}

/** `00:00:01.5000000` */
function clock(text: string | undefined): number {
  const [, hours = 0, minutes = 0, seconds = 0] = /^(\d+):(\d+):([\d.]+)$/.exec(text ?? '') ?? []
  return Math.round((Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * 1e9)
}
