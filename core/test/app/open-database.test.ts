import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadConfig } from '../../src/app/config.js'
import { checkMasterKey } from '../../src/app/master-key.js'
import { openDatabase } from '../../src/app/open-database.js'
import { MasterKey } from '../../src/http/master-key.js'
import { MetaStore } from '../../src/store/meta-store.js'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'penstock-open-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const config = (overrides = {}) => loadConfig({ cwd: folder, env: {}, overrides: { dataDir: folder, ...overrides } })

test("the database is its owner's alone, whatever the folder lets others do", async () => {
  for (const name of ['penstock.db', 'penstock.db-wal']) writeFileSync(join(folder, name), '', { mode: 0o644 })
  const database = await openDatabase(config())
  const modes = ['penstock.db', 'penstock.db-wal', 'penstock.db-shm'].map((name) => statSync(join(folder, name)).mode)
  await database.close()
  expect(modes.map((mode) => mode & 0o777)).toEqual([0o600, 0o600, 0o600])
})

test.each([
  { it: 'no database', make: (file: string) => writeFileSync(file, 'x'.repeat(8192)), says: 'file is not a database' },
  { it: 'a folder', make: (file: string) => mkdirSync(file), says: 'EISDIR' },
])('a file that is $it is named with the reason', async ({ make, says }) => {
  const file = join(folder, 'penstock.db')
  make(file)
  const refused = await openDatabase(config()).then(undefined, (error: Error) => error)
  expect(refused).toMatchObject({ name: 'ConfigError' })
  expect(refused).toMatchObject({ message: expect.stringContaining(`the database ${file} cannot be opened`) })
  expect(refused).toMatchObject({ message: expect.stringContaining(says) })
})

test('a PostgreSQL server that does not answer is named, without the password', async () => {
  const url = 'postgres://me:hunter2@127.0.0.1:1/penstock'
  const refused = await openDatabase(config({ 'database.url': url })).then(undefined, (error: Error) => error)
  expect(refused).toMatchObject({
    name: 'ConfigError',
    message: expect.stringMatching(/^database\.url: the PostgreSQL server at 127\.0\.0\.1:1\/penstock .*ECONNREFUSED/),
  })
  expect(refused).not.toMatchObject({ message: expect.stringContaining('hunter2') })
})

test('a database is for one master key', async () => {
  const database = await openDatabase(config())
  const meta = new MetaStore(database)
  const [first, other] = ['a.key', 'b.key'].map((name) => MasterKey.load(join(folder, name)))
  if (!first || !other) throw new Error('there are two keys')
  await checkMasterKey(meta, first, 'a.key')
  await checkMasterKey(meta, first, 'a.key')
  await expect(checkMasterKey(meta, other, 'b.key')).rejects.toThrow(/b\.key is not the master key/)
  await database.close()
})
