import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import type * as promises from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'

const synced: string[] = []

jest.mock('node:fs/promises', () => {
  const real = jest.requireActual<typeof promises>('node:fs/promises')
  const open = async (path: string, flags: string) => {
    const handle = await real.open(path, flags)
    const sync = handle.sync.bind(handle)
    handle.sync = async () => {
      await sync()
      synced.push(path)
    }
    return handle
  }
  return { ...real, open }
})

import { syncTree } from '../../../src/cli/backup/sync-tree.js'

test('every file, then the folder that names it, and last the name of the whole', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'penstock-sync-'))
  mkdirSync(join(folder, 'copy', 'logs'), { recursive: true })
  for (const file of ['penstock.db', 'logs/a.log']) writeFileSync(join(folder, 'copy', file), 'x')
  symlinkSync('/nowhere', join(folder, 'copy', 'link'))
  await syncTree(join(folder, 'copy'))
  rmSync(folder, { recursive: true })
  const order = synced.map((path) => relative(folder, path))
  expect([...order].sort()).toEqual(['', 'copy', 'copy/logs', 'copy/logs/a.log', 'copy/penstock.db'])
  expect(order.slice(-2)).toEqual(['copy', ''])
  expect(order.indexOf('copy/logs/a.log')).toBeLessThan(order.indexOf('copy/logs'))
})
