/** The databases that a store is tried on: SQLite, and PostgreSQL where it is installed. */
import { type Database, openPostgres, openSqlite } from '../../../src/store/database.js'
import { postgresFolder, startPostgres, type TestPostgres } from '../../../src/testkit/postgres.js'

/** Describes the same tests for each database; `database()` is the one of the test that runs, new and empty. */
export function onEachDatabase(describeTests: (database: () => Database) => void): void {
  let postgres: TestPostgres | undefined
  beforeAll(async () => {
    if (postgresFolder()) postgres = await startPostgres()
  }, 120_000)
  afterAll(() => postgres?.stop())

  const databases = [
    { on: 'SQLite', open: async () => openSqlite(':memory:') },
    { on: 'PostgreSQL', open: async () => openPostgres((await postgres?.database()) ?? '') },
  ]
  const there = databases.filter(({ on }) => on === 'SQLite' || postgresFolder() !== undefined)

  describe.each(there)('$on', ({ open }) => {
    let database: Database
    beforeEach(async () => {
      database = await open()
    }, 60_000)
    afterEach(() => database.close())
    describeTests(() => database)
  })
}
