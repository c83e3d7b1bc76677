/** PostgreSQL restarts, refuses, is full, goes silent: each call fails with one declared error, and all comes back. */

import { once } from 'node:events'
import { type AddressInfo, createServer, type Server, Socket } from 'node:net'
import { join } from 'node:path'
import { sql } from 'kysely'
import { systemClock } from '../../src/domain/clock.js'
import type { Signal } from '../../src/domain/signal.js'
import { type Database, openPostgres } from '../../src/store/database.js'
import { startPostgres, type TestPostgres } from '../../src/testkit/postgres.js'

jest.setTimeout(120_000)

/** Between the database and its clients, and able to keep silent: it takes and holds on to everything, and says nothing. */
class Way {
  readonly #pairs = new Set<readonly [Socket, Socket]>()
  silent = false

  private constructor(
    readonly server: Server,
    socket: string,
  ) {
    server.on('connection', (client) => {
      const there = new Socket()
      const pair = [client, there] as const
      this.#pairs.add(pair)
      for (const [from, to] of [pair, [there, client] as const]) {
        from.on('data', (bytes) => void (this.silent || to.write(bytes)))
        from.on('error', () => {})
        from.on('close', () => void (this.silent || to.destroy()))
      }
      if (!this.silent) there.connect(socket)
    })
  }

  static async open(url: string): Promise<{ way: Way; url: string }> {
    const folder = new URL(url).searchParams.get('host') ?? ''
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const way = new Way(server, join(folder, '.s.PGSQL.5432'))
    return { way, url: `postgresql://penstock@127.0.0.1:${port}${new URL(url).pathname}` }
  }

  cut(): void {
    for (const [one, other] of this.#pairs) {
      one.destroy()
      other.destroy()
    }
    this.#pairs.clear()
  }

  close(): void {
    this.cut()
    this.server.close()
  }
}

let postgres: TestPostgres
let way: Way
let database: Database
const told: string[] = []
const uncaught = jest.fn()
beforeAll(async () => {
  process.on('uncaughtException', uncaught)
  postgres = await startPostgres()
  const through = await Way.open(await postgres.database())
  way = through.way
  database = await openPostgres(through.url, {
    beatMs: 200,
    tell: (event, words) => void told.push(`${event} ${words}`),
  })
})
afterAll(async () => {
  await database?.close()
  way?.close()
  await postgres?.stop()
  process.off('uncaughtException', uncaught)
})
beforeEach(() => {
  told.length = 0
})
afterEach(async () => {
  way.silent = false
  expect(uncaught).not.toHaveBeenCalled()
})

const put = (key: string) =>
  database.write(async (tx) => {
    await tx.insertInto('meta').values({ key, value: '1' }).execute()
  })
const has = async (key: string) =>
  (await database.db.selectFrom('meta').select('key').where('key', '=', key).execute()).length === 1
const until = async (holds: () => boolean | Promise<boolean>) => {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 20))
}
/** As a worker: until it is taken. Every refusal must be the declared one. */
const insist = async (ask: () => Promise<unknown>) => {
  for (;;) {
    const refusal = await ask().then(
      () => undefined,
      (error: Error) => error,
    )
    if (!refusal) return
    expect(refusal).toMatchObject({ name: 'DatabaseUnavailable', status: 503 })
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
/** Signals are heard again, by the same listener. */
const hearsAgain = async (pipelineName: string) => {
  const heard: Signal[] = []
  const end = database.onSignal((signal) => void heard.push(signal))
  await until(() => database.health?.().hears === true)
  await until(() => {
    database.signal({ kind: 'pipeline', pipelineName })
    return heard.some((signal) => signal.kind === 'pipeline' && signal.pipelineName === pipelineName)
  })
  end()
}

test.each(['fast', 'immediate'] as const)(
  'a %s restart in mid-transaction fails it, and nothing else',
  async (mode) => {
    let goOn = () => {}
    const begun = new Promise<void>((begin) => {
      const held = new Promise<void>((resolve) => {
        goOn = resolve
      })
      void database
        .write(async (tx) => {
          await tx
            .insertInto('meta')
            .values({ key: `half ${mode}`, value: '1' })
            .execute()
          begin()
          await held
          await tx
            .insertInto('meta')
            .values({ key: `whole ${mode}`, value: '1' })
            .execute()
        })
        .then(
          () => told.push('written'),
          (error: Error) => told.push(error.name),
        )
    })
    await begun
    await postgres.restart(mode, async () => {
      goOn()
      await expect(put(`refused ${mode}`)).rejects.toMatchObject({ name: 'DatabaseUnavailable' })
      await until(() => database.health?.().hears === false)
    })
    await insist(() => put(`after ${mode}`))
    await hearsAgain(`back after ${mode}`)
    expect(told).toContain('DatabaseUnavailable')
    expect(told.filter((line) => line.startsWith('lost'))).toHaveLength(1)
    expect(await has(`half ${mode}`)).toBe(false)
    expect(await has(`after ${mode}`)).toBe(true)
  },
)

test('connections that are cut are made anew, and who waits for signals is woken for what was missed', async () => {
  const heard: string[] = []
  const end = database.onSignal(({ kind }) => void heard.push(kind))
  way.cut()
  await insist(() => put('after a cut'))
  await until(() => heard.includes('jobs'))
  end()
  expect(heard).toEqual(expect.arrayContaining(['jobs', 'cancels', 'outbox', 'action-types']))
})

test('a notification that is no signal harms nobody, and those after it are heard', async () => {
  const heard: Signal[] = []
  const end = database.onSignal((signal) => void heard.push(signal))
  for (const payload of [
    '',
    '{',
    '{}',
    '{"pipelineName":{}}',
    'log ',
    'a signal of a version to come',
    '{"pipelineName":"site"}',
  ])
    await sql`select pg_notify('penstock', ${payload})`.execute(database.db)
  await until(() => heard.length > 0)
  end()
  expect(heard).toEqual([{ kind: 'pipeline', pipelineName: 'site' }])
})

test('connections that go silent are noticed, given up, and made anew', async () => {
  await put('before the silence')
  way.silent = true
  await expect(put('into the silence')).rejects.toMatchObject({ name: 'DatabaseUnavailable' })
  await until(() => database.health?.().hears === false)
  expect(told.join()).toMatch(/silent/)
  way.silent = false
  await insist(() => put('after the silence'))
  await hearsAgain('back after silence')
})

test('a database that is out of connections is asked again', async () => {
  const { default: pg } = await import('pg')
  const taken: InstanceType<typeof pg.Client>[] = []
  way.cut()
  for (;;) {
    const client = new pg.Client({ connectionString: postgres.url })
    client.on('error', () => {})
    if (
      !(await client.connect().then(
        () => true,
        () => false,
      ))
    )
      break
    taken.push(client)
  }
  await expect(Promise.all(Array.from({ length: 12 }, (_, n) => put(`full ${n}`)))).rejects.toMatchObject({
    name: 'DatabaseUnavailable',
  })
  await Promise.all(taken.map((client) => client.end()))
  await insist(() => put('room again'))
  await hearsAgain('back with room')
})

test('a statement that takes too long is ended, and its connection goes on', async () => {
  const slow = database.write(async (tx) => {
    await sql`set local statement_timeout = 50`.execute(tx)
    await sql`select pg_sleep(30)`.execute(tx)
  })
  await expect(slow).rejects.toMatchObject({ name: 'DatabaseUnavailable' })
  await put('after a slow one')
})

test('a clock that differs from the database’s is told of once, and when it agrees again', async () => {
  let ahead = 0
  const clock = { ...systemClock, now: () => Date.now() + ahead }
  const words: string[] = []
  const other = await openPostgres(await postgres.database(), {
    beatMs: 20,
    clock,
    tell: (event, said) => void words.push(`${event} ${said}`),
  })
  ahead = 120_000
  await until(() => words.length > 0 && (other.health?.().aheadMs ?? 0) > 100_000)
  ahead = 0
  await until(() => words.length > 1)
  await other.close()
  expect(words[0]).toMatch(/^skew .* 120 s ahead of/)
  expect(words.at(-1)).toMatch(/agrees/)
})
