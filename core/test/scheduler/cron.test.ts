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

describe('the nights on which clocks change', () => {
  const [berlin, howe] = ['Europe/Berlin', 'Australia/Lord_Howe']
  /** Wall times of the first fires after an instant. */
  const fires = (line: string, zone: string, after: string, count: number) => {
    const { next } = parseSchedule(line, { timezone: zone })
    let time = at(after)
    return Array.from({ length: count }, () => {
      time = next(time)
      return new Date(time).toLocaleString('sv', { timeZone: zone }).slice(8, 16)
    })
  }
  test.each([
    { it: 'what is skipped is done once, right after', line: '15 2 * * *', is: ['29 03:00', '30 02:15'] },
    { it: 'several skipped times are one', line: '*/15 2 * * *', is: ['29 03:00', '30 02:00'] },
    { it: 'beside it nothing is lost', line: '30 1-4 * * *', is: ['29 01:30', '29 03:00', '29 03:30', '29 04:30'] },
    { it: 'nor done twice', line: '0 2,3 * * *', is: ['29 03:00', '30 02:00'] },
    { it: 'an hourly line goes by the time that passes', line: '15 * * * *', is: ['29 01:15', '29 03:15', '29 04:15'] },
    { it: 'and so does one for every minute', line: '59 * * * *', is: ['29 01:59', '29 03:59'] },
  ])('spring in Berlin: $it', ({ line, is }) => {
    expect(fires(line, berlin, '2026-03-29T00:10:00Z', is.length)).toEqual(is)
  })
  test.each([
    { it: 'the half hour is skipped', line: '15 2 * * *', is: ['04 02:30', '05 02:15'] },
    { it: 'what is not skipped stays', line: '*/15 2 * * *', is: ['04 02:30', '04 02:45', '05 02:00'] },
    { it: 'an hourly line loses nothing but that', line: '45 * * * *', is: ['04 01:45', '04 02:45', '04 03:45'] },
  ])('spring on Lord Howe: $it', ({ line, is }) => {
    expect(fires(line, howe, '2026-10-03T14:50:00Z', is.length)).toEqual(is)
  })
  test.each([
    { zone: berlin, from: '2026-10-24T23:50:00Z', line: '15 2 * * *', is: ['25 02:15', '26 02:15'] },
    { zone: berlin, from: '2026-10-25T00:20:00Z', line: '30 2 * * *', is: ['25 02:30', '26 02:30'] },
    { zone: berlin, from: '2026-10-25T01:05:00Z', line: '30 2 * * *', is: ['26 02:30', '27 02:30'] },
    { zone: berlin, from: '2026-10-24T23:50:00Z', line: '15 * * * *', is: ['25 02:15', '25 02:15', '25 03:15'] },
    { zone: howe, from: '2026-04-04T14:00:00Z', line: '45 * * * *', is: ['05 01:45', '05 01:45', '05 02:45'] },
    { zone: howe, from: '2026-04-04T14:00:00Z', line: '45 1 * * *', is: ['05 01:45', '06 01:45'] },
  ])('autumn in $zone after $from: $line fires at $is', ({ zone, from, line, is }) => {
    expect(fires(line, zone, from, is.length)).toEqual(is)
  })
  test('a day that the date line skips is made up for at its end', () => {
    expect(fires('0 12 * * *', 'Pacific/Apia', '2011-12-29T00:00:00Z', 3)).toEqual(['29 12:00', '31 00:00', '31 12:00'])
  })
})

describe('more than one line', () => {
  test('whichever comes first fires, each in the time zone that was named last', () => {
    const text = '# working hours\nTZ=Europe/Berlin\n0 9 * * *\n\nTZ=Asia/Tokyo 0 9 * * *\n0 10 * * *'
    expect(next(text, '2026-07-01T07:00:00Z')).toBe('2026-07-02T00:00:00.000Z')
    expect(next(text, '2026-07-02T00:00:00Z')).toBe('2026-07-02T01:00:00.000Z')
    expect(next(text, '2026-07-02T01:00:00Z')).toBe('2026-07-02T07:00:00.000Z')
  })
  test('the broken one is named', () => {
    expect(() => parseSchedule('0 9 * * *\n0 25 * * *')).toThrow("schedule '0 25 * * *'")
    expect(() => parseSchedule('H 9 * * * & H 17 * * *')).toThrow('more than one time is written as a list')
    expect(() => parseSchedule('TZ=Mars/Olympus\n0 9 * * *')).toThrow("time zone 'Mars/Olympus' is not known")
    expect(() => parseSchedule('# nothing\n')).toThrow('has no line')
  })
})

test.each([
  ['0 0 * * 1,2,1', '0 0 * * 1,2'],
  ['0 0 * * 7,0', '0 0 * * 0'],
  ['0 0 * * SUN,mon,7', '0 0 * * 0,1'],
  ['1-3,2,2 0 * * *', '1-3 0 * * *'],
  ['0-30/10,20,*/30 0 * * *', '0,10,20,30 0 * * *'],
  ['0 0 1 JAN,1-2,feb *', '0 0 1 1,2 *'],
])('values listed twice count once: %s is %s', (line, same) => {
  let [a, b] = [0, 0]
  for (let fire = 0; fire < 10; fire++) {
    a = parseSchedule(line).next(a)
    b = parseSchedule(same).next(b)
    expect(a).toBe(b)
  }
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
