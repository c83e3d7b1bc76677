import type { TestCase } from '@penstock/core'
import { child, descendants, type Element, nanoseconds } from './xml.js'

/** JUnit's XML, as Surefire, pytest, jest-junit and their like write it. */
export function readJunit(root: Element): readonly TestCase[] {
  const suites = root.name === 'testsuite' ? [root] : descendants(root, 'testsuite')
  return suites.flatMap((suite) =>
    suite.children.filter(({ name }) => name === 'testcase').map((test) => readCase(test, suite.attributes.name)),
  )
}

function readCase(test: Element, suite: string | undefined): TestCase {
  const { name, classname, time, status: said } = test.attributes
  const failure = child(test, 'failure')
  const error = child(test, 'error')
  const skipped = child(test, 'skipped')
  const status = error ? 'ERROR' : failure ? 'FAILED' : skipped || isSkipped(said) ? 'SKIPPED' : 'SUCCEEDED'
  const why = error ?? failure ?? skipped
  const testSuiteName = classname || suite
  return {
    name: name || '(without a name)',
    status,
    durationInNanoSeconds: nanoseconds(time),
    ...(testSuiteName ? { testSuiteName } : {}),
    ...messageOf(why),
  }
}

function isSkipped(status: string | undefined): boolean {
  return status === 'skipped' || status === 'disabled' || status === 'notrun'
}

/** The attribute's sentence, and the text below it when that says more. */
export function messageOf(why: Element | undefined): { readonly message?: string } {
  const sentence = why?.attributes.message?.trim() ?? ''
  const text = why?.text.trim() ?? ''
  const message =
    text === '' || sentence.includes(text) ? sentence : text.includes(sentence) ? text : `${sentence}\n${text}`
  return message === '' ? {} : { message }
}
