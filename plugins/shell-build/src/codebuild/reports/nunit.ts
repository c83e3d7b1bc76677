import type { TestCase, TestStatus } from '@penstock/core'
import { child, descendants, type Element, nanoseconds } from './xml.js'

/** The words of NUnit 2 and 3. */
const statuses: Readonly<Record<string, TestStatus>> = {
  success: 'SUCCEEDED',
  passed: 'SUCCEEDED',
  failure: 'FAILED',
  failed: 'FAILED',
  error: 'ERROR',
  ignored: 'SKIPPED',
  skipped: 'SKIPPED',
  notrunnable: 'SKIPPED',
  inconclusive: 'UNKNOWN',
}

/** NUnit's XML, version 2 (`test-results`) and 3 (`test-run`). */
export function readNunit(root: Element): readonly TestCase[] {
  return descendants(root, 'test-case').map((test) => {
    const { name, fullname, classname, result = '', success, executed, time, duration } = test.attributes
    const full = fullname ?? name ?? ''
    const dot = full.lastIndexOf('.')
    const suite = classname ?? (dot > 0 ? full.slice(0, dot) : undefined)
    const guessed =
      executed === 'False' ? 'SKIPPED' : success === 'True' ? 'SUCCEEDED' : success === 'False' ? 'FAILED' : 'UNKNOWN'
    const why = child(test, 'failure', 'reason')
    const message = [child(why, 'message')?.text, child(why, 'stack-trace')?.text]
      .map((text) => text?.trim())
      .filter(Boolean)
    return {
      name: (fullname === undefined && dot > 0 ? full.slice(dot + 1) : name) || full || '(without a name)',
      status: statuses[result.toLowerCase()] ?? guessed,
      durationInNanoSeconds: nanoseconds(duration ?? time),
      ...(suite === undefined ? {} : { testSuiteName: suite }),
      ...(message.length === 0 ? {} : { message: message.join('\n') }),
    }
  })
}
