import { problemsOf, secondsOf } from '../src/properties.js'
import { judge, parseThresholds } from '../src/thresholds.js'

const measured = { seconds: 10, hits: 200, failed: 3, avg: 100, min: 1, max: 900, p90: 250, p95: 400 }

describe('thresholds', () => {
  it.each([
    ['avg<100', false],
    ['avg<=100', true],
    ['p90 < 251ms', true],
    ['p95>=400', true],
    ['p95>400', false],
    ['errors<1.5%', false],
    ['errors<=1.5%', true],
    ['hits/s>19.9/s', true],
    ['p99<1000', false], // not measured
  ])('%s is %s', (text, success) => {
    const { thresholds, problems } = parseThresholds(text)
    expect(problems).toEqual([])
    expect(judge(thresholds, measured)).toMatchObject([{ success }])
  })

  it('reads several', () => {
    expect(parseThresholds('avg<1, p90<2;\n p95<3,').thresholds).toHaveLength(3)
  })

  it.each(['p50<1', 'avg=3', 'avg<fast', 'errors<5ms', 'avg<5%', 'hits/s>-1'])('refuses %s in words', (text) => {
    expect(parseThresholds(text).problems).toEqual([expect.stringContaining(`Thresholds: "${text}"`)])
  })

  it('calls a test without requests all errors', () => {
    const [judgement] = judge(parseThresholds('errors<100').thresholds, { ...measured, hits: 0, failed: 0 })
    expect(judgement).toMatchObject({ actual: 100, success: false })
  })
})

describe('configuration', () => {
  const fine = { Users: 10, Duration: '30s', TimeLimitMinutes: 180, PublicLink: true, Url: 'http://x/' }

  it.each([
    [{}, []],
    [{ Url: undefined }, ['TestId or Url']],
    [{ ApiKeyId: 'a' }, ['ApiKeyId and ApiKeySecret']],
    [{ Users: 0 }, ['Users: 0']],
    [{ Users: 1.5 }, ['Users: 1.5']],
    [{ TimeLimitMinutes: 0 }, ['TimeLimitMinutes: 0']],
    [{ Duration: '0s' }, ['Duration: 0s']],
    [{ Thresholds: 'x<1, avg<1, y' }, ['Thresholds: "x<1"', 'Thresholds: "y"']],
  ])('%j', (change, problems) => {
    const { Url, ...rest } = { ...fine, ...change }
    const found = problemsOf(Url === undefined ? rest : { ...rest, Url })
    expect(found).toEqual(
      problems.map((start) => expect.stringMatching(new RegExp(`^${start.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}`))),
    )
  })

  it.each([
    ['90', 90],
    ['90s', 90],
    ['2m', 120],
    ['1h', 3600],
  ])('%s is %d seconds', (text, seconds) => {
    expect(secondsOf(text)).toBe(seconds)
  })
})
