import { Coordinator, everyMs } from '../../src/scheduler/coordinator.js'
import { type Database, openSqlite } from '../../src/store/database.js'
import { taskStore } from '../../src/store/task-store.js'
import { FakeClock } from '../../src/testkit/fake-clock.js'

let database: Database
beforeEach(async () => {
  database = await openSqlite(':memory:')
})
afterEach(() => database.close())

const silent = { debug() {}, info() {}, warn() {}, error() {} }

function coordinator(clock: FakeClock, errors: string[] = []): Coordinator {
  const log = {
    ...silent,
    error: (message: string, details?: object) => void errors.push(`${message} ${JSON.stringify(details)}`),
  }
  return new Coordinator({ clock, claims: taskStore(database), log })
}

test('a task runs when it is due, and not before', async () => {
  const clock = new FakeClock(0)
  const one = coordinator(clock)
  const runs: number[] = []
  one.every({ name: 't', next: everyMs(60_000), limit: 1_000, run: async () => void runs.push(clock.now()) })
  for (let second = 0; second <= 180; second++) {
    await one.tick()
    await clock.advance(1_000)
  }
  expect(runs).toEqual([60_000, 120_000, 180_000])
})

test('of several servers on one database, one runs it each time', async () => {
  const clock = new FakeClock(0)
  const servers = [coordinator(clock), coordinator(clock), coordinator(clock)]
  let runs = 0
  for (const server of servers)
    server.every({ name: 't', next: everyMs(60_000), limit: 1_000, run: async () => void runs++ })
  for (let minute = 1; minute <= 5; minute++) {
    await clock.advance(60_000)
    await Promise.all(servers.map((server) => server.tick()))
    expect(runs).toBe(minute)
  }
})

test('a run that takes longer than its period never runs twice at a time', async () => {
  const clock = new FakeClock(0)
  const servers = [coordinator(clock), coordinator(clock)]
  let running = 0
  let most = 0
  let release = () => {}
  const run = async () => {
    most = Math.max(most, ++running)
    await new Promise<void>((resolve) => {
      release = resolve
    })
    running--
  }
  for (const server of servers) server.every({ name: 't', next: everyMs(1_000), limit: 600_000, run })
  await clock.advance(1_000)
  const ticks = servers.map((server) => server.tick())
  for (let i = 0; i < 5; i++) {
    await clock.advance(1_000)
    ticks.push(...servers.map((server) => server.tick()))
  }
  expect(most).toBe(1)
  release()
  await Promise.all(ticks)
})

test('times that were missed are run once, not made up for', async () => {
  const clock = new FakeClock(0)
  const one = coordinator(clock)
  let runs = 0
  one.every({ name: 't', next: everyMs(1_000), limit: 500, run: async () => void runs++ })
  await clock.advance(3_600_000)
  await one.tick()
  await one.tick()
  expect(runs).toBe(1)
})

test('a server that died while running is replaced once its claim ends', async () => {
  const clock = new FakeClock(0)
  const dead = coordinator(clock)
  dead.every({ name: 't', next: everyMs(1_000), limit: 30_000, run: () => new Promise(() => {}) })
  await clock.advance(1_000)
  void dead.tick()
  const heir = coordinator(clock)
  let runs = 0
  heir.every({ name: 't', next: everyMs(1_000), limit: 30_000, run: async () => void runs++ })
  await clock.advance(10_000)
  await heir.tick()
  expect(runs).toBe(0)
  await clock.advance(21_000)
  await heir.tick()
  expect(runs).toBe(1)
})

test('a task that fails is logged by name, and runs again', async () => {
  const clock = new FakeClock(0)
  const errors: string[] = []
  const one = coordinator(clock, errors)
  let runs = 0
  one.every({
    name: 'shaky',
    next: everyMs(1_000),
    limit: 500,
    run: async () => {
      runs++
      throw new Error('no')
    },
  })
  for (let i = 0; i < 2; i++) {
    await clock.advance(1_000)
    await one.tick()
  }
  expect(runs).toBe(2)
  expect(errors).toHaveLength(2)
  expect(errors[0]).toContain('shaky')
})

test('stop aborts what runs and starts nothing more', async () => {
  const clock = new FakeClock(0)
  const one = coordinator(clock)
  let aborted = false
  one.every({
    name: 't',
    next: everyMs(1_000),
    limit: 60_000,
    run: (signal) =>
      new Promise((resolve) =>
        signal.addEventListener('abort', () => {
          aborted = true
          resolve()
        }),
      ),
  })
  await clock.advance(1_000)
  const tick = one.tick()
  await clock.advance(0)
  await one.stop()
  await tick
  expect(aborted).toBe(true)
})

test.each([
  ['of its own', true],
  ['that servers share', false],
])('a task %s goes on at once when the clock is put back', async (_, local) => {
  let offset = 0
  const clock = new FakeClock(Date.UTC(2026, 9, 25))
  const set = { now: () => clock.now() + offset, after: clock.after.bind(clock) }
  const one = new Coordinator({ clock: set, claims: taskStore(database), log: silent })
  let runs = 0
  one.every({ name: 't', next: everyMs(5_000), limit: 1_000, local, run: async () => void runs++ })
  const minute = async () => {
    for (let second = 0; second < 60; second++) {
      await clock.advance(1_000)
      await one.tick()
    }
  }
  await minute()
  offset = -3_600_000
  await minute()
  expect(runs).toBeGreaterThanOrEqual(23)
})
