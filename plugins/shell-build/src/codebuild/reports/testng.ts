import type { TestCase, TestStatus } from '@penstock/core'
import { child, descendants, type Element } from './xml.js'

const statuses: Readonly<Record<string, TestStatus>> = { PASS: 'SUCCEEDED', FAIL: 'FAILED', SKIP: 'SKIPPED' }

/** testng-results.xml; methods that only set up or tear down count when they failed. */
export function readTestng(root: Element): readonly TestCase[] {
  return descendants(root, 'class').flatMap((owner) =>
    owner.children.filter((one) => one.name === 'test-method').flatMap((method) => readMethod(method, owner)),
  )
}

function readMethod(method: Element, owner: Element): readonly TestCase[] {
  const { name = '(without a name)', status: said = '', 'duration-ms': ms } = method.attributes
  const status = statuses[said] ?? 'UNKNOWN'
  if (method.attributes['is-config'] === 'true' && status !== 'FAILED') return []
  const exception = child(method, 'exception')
  const message = (child(exception, 'message') ?? child(exception, 'full-stacktrace'))?.text.trim()
  const duration = Number(ms)
  return [
    {
      name,
      status,
      durationInNanoSeconds: duration > 0 ? duration * 1e6 : 0,
      ...(owner.attributes.name === undefined ? {} : { testSuiteName: owner.attributes.name }),
      ...(message ? { message } : {}),
    },
  ]
}
