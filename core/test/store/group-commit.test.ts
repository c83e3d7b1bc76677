/** What shares a commit, and what becomes of it when the commit fails. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { type Database, openSqlite } from '../../src/store/database.js'
import { GroupCommit } from '../../src/store/group-commit.js'

let database: Database
beforeEach(async () => {
  database = await openSqlite(':memory:')
})
afterEach(() => database.close())

const put = (key: string) => (tx: Parameters<Parameters<Database['write']>[0]>[0]) =>
  tx.insertInto('meta').values({ key, value: 'x' }).execute()
const keys = (db: Pick<Database['db'], 'selectFrom'>) =>
  db
    .selectFrom('meta')
    .select('key')
    .where('key', 'like', 'test-%')
    .execute()
    .then((rows) => rows.map(({ key }) => key))

test('work that comes in answer to a work shares its commit, and sees what it wrote', async () => {
  const commits = new GroupCommit(database.db)
  const order: string[] = []
  let second: Promise<string[]> | undefined
  const first = commits.run(async (tx) => {
    await put('test-1')(tx)
    second = commits.run((inner) => keys(inner))
    void second.then(() => order.push('second'))
  })
  void first.then(() => order.push('first'))
  await first
  expect(await second).toEqual(['test-1'])
  expect(order).toEqual(['first', 'second'])
})

test('work that fails takes nothing with it', async () => {
  const commits = new GroupCommit(database.db)
  const good = commits.run(put('test-1'))
  const bad = commits.run(async (tx) => {
    await put('test-2')(tx)
    throw new Error('no')
  })
  await expect(bad).rejects.toThrow('no')
  await good
  expect(await keys(database.db)).toEqual(['test-1'])
})

test('a full disk fails all that shares the commit, in words that name the file, and later work goes on', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'penstock-full-'))
  const file = join(folder, 'penstock.db')
  const small = await openSqlite(file)
  const pages = async (pragma: string) =>
    Number(Object.values((await sql.raw(pragma).execute(small.db)).rows[0] as object)[0])
  await sql.raw(`pragma max_page_count = ${(await pages('pragma page_count')) + 2}`).execute(small.db)
  const large = (tx: Parameters<Parameters<Database['write']>[0]>[0]) =>
    tx
      .insertInto('meta')
      .values({ key: 'test-large', value: 'x'.repeat(100_000) })
      .execute()
  const both = await Promise.allSettled([small.write(put('test-1')), small.write(large)])
  expect(both.map((one) => one.status === 'rejected' && one.reason.message)).toEqual(
    Array(2).fill(`the disk of ${file} is full: nothing was changed, so make room there and try again`),
  )
  expect(await keys(small.db)).toEqual([])
  await small.write(put('test-2'))
  expect(await keys(small.db)).toEqual(['test-2'])
  await small.close()
  rmSync(folder, { recursive: true })
})

test('a commit that cannot begin or end fails everything that was in it', async () => {
  const broken = (where: 'begin' | 'end') => ({
    connection: () => ({
      execute: (use: (held: unknown) => Promise<void>) =>
        use({
          transaction: () => ({
            execute: async (work: (tx: unknown) => Promise<void>) => {
              if (where === 'end') await database.db.transaction().execute(work)
              throw new Error(`disk full at the ${where}`)
            },
          }),
        }),
    }),
  })
  for (const where of ['begin', 'end'] as const) {
    const commits = new GroupCommit(broken(where) as never)
    const both = await Promise.allSettled([commits.run(put(`test-${where}-1`)), commits.run(put(`test-${where}-2`))])
    expect(both.map((one) => one.status === 'rejected' && one.reason.message)).toEqual(
      Array(2).fill(`disk full at the ${where}`),
    )
    await commits.drained()
  }
})

describe('what makes commits last', () => {
  /** A disk that takes as long as it is told. */
  function slowDisk() {
    const waiting: { release(): void; refuse(error: Error): void }[] = []
    const settle = () =>
      new Promise<void>((resolve, reject) => {
        waiting.push({ release: resolve, refuse: reject })
      })
    return { check: () => {}, settle, waiting }
  }
  const turns = async () => {
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve))
  }

  test('nobody is answered, and nobody reads what was written, before it is on the disk', async () => {
    const disk = slowDisk()
    const commits = new GroupCommit(database.db, disk)
    const heard: string[] = []
    void commits.run(put('test-1')).then(() => heard.push('written'))
    await turns()
    void keys(database.db).then((found) => heard.push(`read ${found}`))
    await turns()
    expect(heard).toEqual([])
    disk.waiting.shift()?.release()
    await turns()
    expect(heard).toEqual(['written', 'read test-1'])
  })

  test('what comes in while the disk works shares the next commit', async () => {
    const disk = slowDisk()
    const commits = new GroupCommit(database.db, disk)
    const first = commits.run(put('test-1'))
    await turns()
    const others = [2, 3, 4].map((number) => commits.run(put(`test-${number}`)))
    await turns()
    expect(disk.waiting).toHaveLength(1)
    disk.waiting.shift()?.release()
    await first
    await turns()
    expect(disk.waiting).toHaveLength(1)
    disk.waiting.shift()?.release()
    await Promise.all(others)
    expect(await keys(database.db)).toHaveLength(4)
  })

  test('what nobody waits for gets no commit of its own when another is over, and shares the next', async () => {
    const disk = slowDisk()
    const commits = new GroupCommit(database.db, disk)
    const first = commits.run(put('test-1'))
    await turns()
    commits.runSoon(put('test-later'))
    disk.waiting.shift()?.release()
    await first
    await turns()
    expect(disk.waiting).toEqual([])
    const second = commits.run(put('test-2'))
    await turns()
    disk.waiting.shift()?.release()
    await second
    expect(disk.waiting).toEqual([])
    expect(await keys(database.db)).toHaveLength(3)
  })

  test('a disk that refuses fails all that shared the commit', async () => {
    const disk = slowDisk()
    const commits = new GroupCommit(database.db, disk)
    const both = Promise.allSettled([commits.run(put('test-1')), commits.run(put('test-2'))])
    await turns()
    disk.waiting.shift()?.refuse(new Error('input/output error'))
    expect((await both).map((one) => one.status === 'rejected' && one.reason.message)).toEqual(
      Array(2).fill('input/output error'),
    )
  })
})

describe('what nobody waits for', () => {
  test('shares the next commit', async () => {
    const commits = new GroupCommit(database.db)
    commits.runSoon(put('test-later'))
    await commits.run(put('test-now'))
    expect((await keys(database.db)).sort()).toEqual(['test-later', 'test-now'])
  })

  test('is done all the same when no other comes, and before the end', async () => {
    const commits = new GroupCommit(database.db)
    commits.runSoon(put('test-1'))
    const deadline = Date.now() + 5_000
    while ((await keys(database.db)).length === 0 && Date.now() < deadline)
      await new Promise((resolve) => setTimeout(resolve, 20))
    commits.runSoon(put('test-2'))
    await commits.drained()
    expect((await keys(database.db)).sort()).toEqual(['test-1', 'test-2'])
  })
})
