import type { TestCase, TestStatus } from '@penstock/core'

interface Step {
  readonly name?: string
  readonly keyword?: string
  readonly hidden?: boolean
  readonly result?: { readonly status?: string; readonly duration?: number; readonly error_message?: string }
}

interface Scenario {
  readonly name?: string
  readonly type?: string
  readonly keyword?: string
  readonly before?: readonly Step[]
  readonly steps?: readonly Step[]
  readonly after?: readonly Step[]
}

interface Feature {
  readonly name?: string
  readonly uri?: string
  readonly elements?: readonly Scenario[]
}

/** Cucumber's JSON: a scenario is a test, with a background's steps before it. Errors: Error when it is none. */
export function readCucumber(text: string): readonly TestCase[] {
  const features: unknown = JSON.parse(text)
  if (!Array.isArray(features)) throw new Error('it is no list of features')
  return (features as readonly Feature[]).flatMap(readFeature)
}

function readFeature({ name, uri, elements = [] }: Feature): readonly TestCase[] {
  let background: readonly Step[] = []
  return elements.flatMap((element) => {
    if (element.type === 'background') {
      background = element.steps ?? []
      return []
    }
    const steps = [...background, ...(element.before ?? []), ...(element.steps ?? []), ...(element.after ?? [])]
    background = []
    return [readScenario(element, steps, name ?? uri)]
  })
}

const words: readonly (readonly [word: string, status: TestStatus])[] = [
  ['failed', 'FAILED'],
  ['ambiguous', 'ERROR'],
  ['undefined', 'ERROR'],
  ['pending', 'SKIPPED'],
  ['skipped', 'SKIPPED'],
]

function readScenario({ name }: Scenario, steps: readonly Step[], suite: string | undefined): TestCase {
  const said = steps.map(({ result }) => result?.status?.toLowerCase() ?? 'undefined')
  const worst = words.find(([word]) => said.includes(word))
  const step = worst === undefined ? undefined : steps[said.indexOf(worst[0])]
  const title = `${step?.keyword ?? ''}${step?.name ?? ''}`.trim()
  const message = [title, step?.result?.error_message].filter(Boolean).join('\n')
  return {
    name: name || '(without a name)',
    status: steps.length === 0 ? 'UNKNOWN' : (worst?.[1] ?? 'SUCCEEDED'),
    durationInNanoSeconds: steps.reduce((sum, { result }) => sum + (Number(result?.duration) || 0), 0),
    ...(suite ? { testSuiteName: suite } : {}),
    ...(message === '' ? {} : { message }),
  }
}
