import { mkdtempSync, openSync, rmSync, statSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { openSqlite } from '../../src/store/database.js'
import { findDamage } from '../../src/store/integrity.js'

test('a statement that meets damage later tells of it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'penstock-integrity-'))
  const file = join(folder, 'penstock.db')
  const database = await openSqlite(file)
  const told: string[] = []
  try {
    database.onDamage?.((how) => told.push(how))
    // All pages are in the file, none in the log beside it or kept in memory but those of the last statement.
    const { rows } = await sql<{ busy: number }>`pragma wal_checkpoint(truncate)`.execute(database.db)
    expect(rows).toEqual([expect.objectContaining({ busy: 0 })])
    await sql`pragma cache_size = 0`.execute(database.db)
    await sql`pragma mmap_size = 0`.execute(database.db)
    expect(told).toEqual([])
    const handle = openSync(file, 'r+')
    for (let at = 4096; at < statSync(file).size; at += 4096) writeSync(handle, Buffer.alloc(4096, 0x5a), 0, 4096, at)
    // Pages that the connection just read may still be right in its memory: not those of every table.
    const reads = ['pipelines', 'jobs', 'executions', 'meta'].map((table) => sql`select * from ${sql.table(table)}`)
    const outcomes = await Promise.allSettled(reads.map((read) => read.execute(database.db)))
    expect(outcomes.map(({ status }) => status)).toContain('rejected')
    expect(told[0]).toMatch(/malformed/)
  } finally {
    await database.close().catch(() => {})
    rmSync(folder, { recursive: true, force: true })
  }
})

test('damaged pages are found, sound ones are not reported', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'penstock-integrity-'))
  const file = join(folder, 'penstock.db')
  try {
    const database = await openSqlite(file)
    await database.close()
    expect(await findDamage(file).damage).toBeUndefined()
    const handle = openSync(file, 'r+')
    for (let at = 4096; at < statSync(file).size; at += 4096) writeSync(handle, Buffer.alloc(512, 0x5a), 0, 512, at)
    expect(await findDamage(file).damage).toEqual(expect.stringMatching(/./))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
