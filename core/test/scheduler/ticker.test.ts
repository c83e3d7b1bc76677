import { startTicker } from '../../src/scheduler/ticker.js'

const second = 1_000

/** Runs so many seconds of fake time, real ones for whoever asks the timers. */
const run = (seconds: number) => jest.advanceTimersByTimeAsync(seconds * second)

/** How often it beats in ten seconds. */
async function beats(from: string, then: () => void): Promise<number> {
  jest.useFakeTimers({ now: new Date(from), doNotFake: ['nextTick', 'setImmediate', 'performance', 'hrtime'] })
  let count = 0
  const stop = await startTicker(async () => void count++)
  await run(3)
  then()
  await run(5) // it may take so long to notice
  count = 0
  await run(10)
  await stop()
  return count
}
afterEach(() => jest.useRealTimers())

test.each([
  ['a summer time ends in Berlin', '2026-10-25T00:59:55Z'],
  ['a summer time ends in New York', '2026-11-01T05:59:55Z'],
  ['a summer time begins in Berlin', '2026-03-29T00:59:55Z'],
])('it beats every second while %s', async (_, from) => {
  expect(await beats(from, () => {})).toBe(10)
})

test.each([
  ['put back by an hour', -3_600],
  ['put back by ten days', -864_000],
  ['put forward by an hour', 3_600],
])('it goes on when the clock is %s', async (_, by) => {
  const set = () => jest.setSystemTime(Date.now() + by * second)
  expect(await beats('2026-06-01T00:00:00Z', set)).toBeGreaterThanOrEqual(9)
})

test('it is silent once stopped', async () => {
  jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'performance', 'hrtime'] })
  let count = 0
  const stop = await startTicker(async () => void count++)
  await run(3)
  await stop()
  count = 0
  await run(20)
  expect([count, jest.getTimerCount()]).toEqual([0, 0])
})
