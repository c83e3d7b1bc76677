import type { TestCase } from '@penstock/core'
import { child, type Element, nanoseconds } from './xml.js'

/** JUnit's XML, as Surefire, pytest, jest-junit and their like write it; Node.js has tests beside its suites, too. */
export function readJunit(root: Element): readonly TestCase[] {
  return casesIn(root, root.name === 'testsuite' ? [root] : [])
}

function casesIn(parent: Element, suites: readonly Element[]): readonly TestCase[] {
  return parent.children.flatMap((element) => {
    if (element.name === 'testcase') return [readCase(element, suites)]
    return casesIn(element, element.name === 'testsuite' ? [...suites, element] : suites)
  })
}

function readCase(test: Element, suites: readonly Element[]): TestCase {
  const { name, time, status: said } = test.attributes
  const failure = child(test, 'failure')
  const error = child(test, 'error')
  const skipped = child(test, 'skipped')
  // Node.js writes down how a test that is to do fails, and counts it for none that did.
  const isTodo = skipped?.attributes.type === 'todo'
  const [status, why] = isTodo
    ? (['SKIPPED', skipped] as const)
    : error
      ? (['ERROR', error] as const)
      : failure
        ? (['FAILED', failure] as const)
        : ([skipped || isSkipped(said) ? 'SKIPPED' : 'SUCCEEDED', skipped] as const)
  const testSuiteName = suiteOf(test, suites)
  return {
    name: name || '(without a name)',
    status,
    durationInNanoSeconds: nanoseconds(time),
    ...(testSuiteName ? { testSuiteName } : {}),
    ...messageOf(why),
  }
}

/** Node.js up to 22 says `test` for the class of each: its suites tell two tests of one name apart. */
function suiteOf({ attributes: { classname } }: Element, suites: readonly Element[]): string | undefined {
  if (classname === 'test') return suites.map(({ attributes }) => attributes.name).join(' > ') || classname
  return classname || suites.at(-1)?.attributes.name
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
