import { mkdtempSync, openSync, rmSync, statSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openSqlite } from '../../src/store/database.js'
import { findDamage } from '../../src/store/integrity.js'

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
