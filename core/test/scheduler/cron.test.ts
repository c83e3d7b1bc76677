import { InvalidSchedule, parseSchedule } from '../../src/scheduler/cron.js'

const at = (text: string) => Date.parse(text)
const next = (line: string, after: string, options = {}) =>
  new Date(parseSchedule(line, options).next(at(after))).toISOString()

test.each([
  { line: '* * * * *', after: '2026-01-01T00:00:00Z', is: '2026-01-01T00:01:00.000Z' },
  { line: '* * * * *', after: '2026-01-01T00:00:59.999Z', is: '2026-01-01T00:01:00.000Z' },
  { line: '*/15 * * * *', after: '2026-01-01T00:01:00Z', is: '2026-01-01T00:15:00.000Z' },
  { line: '0 9 * * MON-FRI', after: '2026-01-02T10:00:00Z', is: '2026-01-05T09:00:00.000Z' },
  { line: '0 0 29 2 *', after: '2026-01-01T00:00:00Z', is: '2028-02-29T00:00:00.000Z' },
  { line: '  0   12  * * * ', after: '2026-01-01T00:00:00Z', is: '2026-01-01T12:00:00.000Z' },
  { line: '0 0 * * 7', after: '2026-01-01T00:00:00Z', is: '2026-01-04T00:00:00.000Z' },
])('$line fires after $after at $is', ({ line, after, is }) => {
  expect(next(line, after)).toBe(is)
})

test('a time zone counts, and so does its summer time', () => {
  const options = { timezone: 'Europe/Berlin' }
  expect(next('0 9 * * *', '2026-01-01T00:00:00Z', options)).toBe('2026-01-01T08:00:00.000Z')
  expect(next('0 9 * * *', '2026-07-01T00:00:00Z', options)).toBe('2026-07-01T07:00:00.000Z')
})

test.each([
  { line: '0 0 31 2 *', says: 'never fires' },
  { line: '0 0 30 2 *', says: 'never fires' },
  { line: '0 0 31 4,6 *', says: 'never fires' },
  { line: '* * * *', says: 'has 4 fields, but must have five' },
  { line: '0 * * * * *', says: 'there are no seconds' },
  { line: '61 * * * *', says: '61' },
  { line: '@sometimes', says: 'known are @yearly' },
  { line: 'H(0-70) * * * *', says: "minute 'H(0-70)' must lie within 0-59" },
  { line: 'H(9-5) * * * *', says: 'must lie within' },
  { line: 'H/0 * * * *', says: 'the step must be' },
  { line: 'Hx * * * *', says: 'is not understood' },
])('$line is refused: $says', ({ line, says }) => {
  expect(() => parseSchedule(line)).toThrow(InvalidSchedule)
  expect(() => parseSchedule(line)).toThrow(says)
})

test('an unknown time zone is refused by its name', () => {
  expect(() => parseSchedule('0 * * * *', { timezone: 'Mars/Olympus' })).toThrow(
    "time zone 'Mars/Olympus' is not known",
  )
})

describe("Jenkins' H", () => {
  const minutesOf = (line: string, seed: string): number[] => {
    const schedule = parseSchedule(line, { seed })
    const minutes: number[] = []
    for (let t = schedule.next(-60_000); t < 3_600_000; t = schedule.next(t)) minutes.push(t / 60_000)
    return minutes
  }

  test('is the same for one job at all times', () => {
    expect(minutesOf('H * * * *', 'a/Source')).toEqual(minutesOf('H * * * *', 'a/Source'))
    expect(minutesOf('H * * * *', 'a/Source')).toHaveLength(1)
  })

  test('spreads many jobs over the hour', () => {
    const used = new Set(Array.from({ length: 300 }, (_, i) => minutesOf('H * * * *', `pipeline-${i}/Source`)[0]))
    expect(used.size).toBeGreaterThan(50)
  })

  test('H/15 is four times an hour, fifteen minutes apart, from the same offset', () => {
    const minutes = minutesOf('H/15 * * * *', 'b/Source')
    expect(minutes).toHaveLength(4)
    expect(minutes.map((minute) => minute % 15)).toEqual(Array(4).fill((minutes[0] ?? 0) % 15))
  })

  test('H(0-29)/10 stays within the half hour', () => {
    for (let i = 0; i < 50; i++) {
      const minutes = minutesOf('H(0-29)/10 * * * *', `c${i}`)
      expect(minutes).toHaveLength(3)
      expect(Math.max(...minutes)).toBeLessThan(30)
    }
  })

  test('a day that H chooses is one that every month has', () => {
    for (let i = 0; i < 60; i++) {
      const day = new Date(parseSchedule('0 0 H * *', { seed: `d${i}` }).next(0)).getUTCDate()
      expect(day).toBeLessThanOrEqual(28)
    }
  })

  test('@hourly is H * * * *', () => {
    expect(minutesOf('@hourly', 'e')).toEqual(minutesOf('H * * * *', 'e'))
  })

  test('H stands beside plain values', () => {
    expect(minutesOf('H(0-4),30 * * * *', 'f').at(-1)).toBe(30)
  })
})
