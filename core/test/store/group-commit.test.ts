/** What shares a commit, and what becomes of it when the commit fails. */
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

test('a commit that cannot begin or end fails everything that was in it', async () => {
  const broken = (where: 'begin' | 'end') => ({
    transaction: () => ({
      execute: async (work: (tx: unknown) => Promise<void>) => {
        if (where === 'end') await database.db.transaction().execute(work)
        throw new Error(`disk full at the ${where}`)
      },
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
