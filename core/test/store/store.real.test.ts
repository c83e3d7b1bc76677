import { randomUUID } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Database, openPostgres, openSqlite } from '../../src/store/database.js'
import { migrate, NewerSchema } from '../../src/store/migrate.js'
import { schemaSnapshot } from '../../src/store/schema-snapshot.js'
import { startPostgres, type TestPostgres } from '../../src/testkit/postgres.js'
import { testStore } from './contract.js'

let folder: string
let postgres: TestPostgres
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'penstock-store-'))
  postgres = await startPostgres()
}, 60_000)
afterAll(async () => {
  await postgres.stop()
  await rm(folder, { recursive: true, force: true })
})

testStore('SQLite', () => openSqlite(join(folder, `${randomUUID()}.db`)))
testStore('PostgreSQL', () => emptyPostgres())

async function emptyPostgres(): Promise<Database> {
  const { default: pg } = await import('pg')
  const client = new pg.Client({ connectionString: postgres.url })
  await client.connect()
  await client.query('drop schema public cascade; create schema public')
  await client.end()
  return openPostgres(postgres.url)
}

test('data of a newer version is refused, naming both', async () => {
  const database = await openSqlite(':memory:')
  await database.db
    .insertInto('migrations' as never)
    .values({ id: '9999-later', at: 1 } as never)
    .execute()
  await expect(migrate(database.db, 'sqlite')).rejects.toThrow(NewerSchema)
  await expect(migrate(database.db, 'sqlite')).rejects.toThrow("'9999-later'")
  await database.close()
})

test('schema.sql is what the migrations make: scripts/schema-snapshot writes it anew', async () => {
  const database = await openSqlite(':memory:')
  const kept = await readFile(join(__dirname, '../../src/store/schema.sql'), 'utf8')
  expect(await schemaSnapshot(database)).toBe(kept)
  await database.close()
})
