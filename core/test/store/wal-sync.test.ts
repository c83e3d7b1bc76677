/** What of a SQLite database is on the disk, and when: the system's own calls are counted, and made to fail. */
import fs from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'

const asked: number[] = []
let refusal: NodeJS.ErrnoException | undefined

jest.mock('node:fs', () => {
  const real = jest.requireActual<typeof fs>('node:fs')
  const fdatasync = (file: number, done: (error: NodeJS.ErrnoException | null) => void) => {
    asked.push(file)
    if (refusal) done(refusal)
    else real.fdatasync(file, done)
  }
  return { ...real, fdatasync }
})

import { type Database, openSqlite } from '../../src/store/database.js'

let folder: string
let database: Database
beforeEach(async () => {
  folder = fs.mkdtempSync(join(tmpdir(), 'penstock-wal-'))
  database = await openSqlite(join(folder, 'penstock.db'))
  asked.length = 0
})
afterEach(async () => {
  refusal = undefined
  await database.close()
  fs.rmSync(folder, { recursive: true })
})

const put = (key: string) => database.write((tx) => tx.insertInto('meta').values({ key, value: 'x' }).execute())
const nothing = () => database.write(async (tx) => tx.deleteFrom('meta').where('key', '=', 'test-none').execute())

test('each commit asks the disk once, for the log', async () => {
  await put('test-1')
  expect(asked).toHaveLength(1)
  expect(fs.readlinkSync(`/proc/self/fd/${asked[0]}`)).toBe(join(folder, 'penstock.db-wal'))
  await Promise.all([put('test-2'), put('test-3')])
  expect(asked).toHaveLength(2)
})

test('work that changed nothing does not', async () => {
  await nothing()
  await database.write(async (tx) => tx.selectFrom('meta').selectAll().execute())
  expect(asked).toEqual([])
})

test('what was committed is in the log when the disk is asked, for another process to find after a crash', async () => {
  await put('test-1')
  // As after kill -9: the files as they are now, opened anew.
  const copy = join(folder, 'copy.db')
  for (const end of ['', '-wal']) fs.copyFileSync(join(folder, `penstock.db${end}`), `${copy}${end}`)
  const again = new Sqlite(copy)
  expect(again.prepare('select value from meta where key = ?').pluck().get('test-1')).toBe('x')
  again.close()
})

test('the log is synced still after it was begun anew', async () => {
  for (let round = 0; round < 3; round++) {
    await put(`test-${round}`)
    const other = new Sqlite(join(folder, 'penstock.db'))
    other.pragma('wal_checkpoint(RESTART)')
    other.close()
  }
  expect(asked).toHaveLength(3)
  expect(new Set(asked.map((file) => fs.readlinkSync(`/proc/self/fd/${file}`)))).toEqual(
    new Set([join(folder, 'penstock.db-wal')]),
  )
})

test('what an earlier life may have failed to sync is in the database itself once it is open again', async () => {
  await put('test-1')
  const crashed = join(folder, 'crashed.db')
  for (const end of ['', '-wal']) fs.copyFileSync(join(folder, `penstock.db${end}`), `${crashed}${end}`)
  const again = await openSqlite(crashed)
  fs.copyFileSync(crashed, join(folder, 'alone.db'))
  await again.close()
  const alone = new Sqlite(join(folder, 'alone.db'))
  expect(alone.prepare('select value from meta where key = ?').pluck().get('test-1')).toBe('x')
  alone.close()
})

test('a log that is taken away is not mistaken for one that is durable', async () => {
  await put('test-1')
  fs.unlinkSync(join(folder, 'penstock.db-wal'))
  await expect(put('test-2')).rejects.toThrow('may have lost its last changes')
})

test('a commit that comes once the database is being closed is refused', async () => {
  const closing = database.close()
  await expect(put('too-late')).rejects.toThrow()
  await closing
  expect(asked).toEqual([])
  database = await openSqlite(join(folder, 'penstock.db'))
})

test('once the disk has refused, nothing is taken any more, and nothing shown that may be gone', async () => {
  refusal = Object.assign(new Error('EIO: i/o error, fdatasync'), { code: 'EIO' })
  const lost = `${join(folder, 'penstock.db')} may have lost its last changes: its disk refused them, so mend it and restart the server`
  await expect(put('test-1')).rejects.toThrow(lost)
  refusal = undefined
  await expect(put('test-2')).rejects.toThrow(lost)
  await expect(database.db.selectFrom('meta').selectAll().execute()).rejects.toThrow(lost)
  expect(asked).toHaveLength(1)
})
