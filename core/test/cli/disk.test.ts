import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { usageOf } from '../../src/cli/disk/usage.js'
import { bytes } from '../../src/cli/terminal/bytes.js'

test('a data folder is told by its parts and its pipelines, and links are not followed', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'penstock-disk-'))
  const write = (name: string, size: number) => {
    mkdirSync(join(folder, name, '..'), { recursive: true })
    writeFileSync(join(folder, name), Buffer.alloc(size, 1))
  }
  write('penstock.db', 4096)
  write('penstock.db-wal', 4096)
  write('logs/a/b.log', 8192)
  write('artifacts/bucket-1/site/Code/1', 65536)
  write('artifacts/bucket-2/site/Code/2', 65536)
  write('artifacts/bucket-1/shop/Code/1', 8192)
  symlinkSync('/usr', join(folder, 'logs/usr'))
  const { parts, artifacts, totalBytes } = await usageOf(folder)
  rmSync(folder, { recursive: true })
  expect(parts.map(({ name, files }) => [name, files])).toEqual([
    ['artifacts', 3],
    ['logs', 2],
    ['database', 2],
  ])
  expect(artifacts.map(({ name, files }) => [name, files])).toEqual([
    ['site', 2],
    ['shop', 1],
  ])
  expect(totalBytes).toBeLessThan(1024 ** 2)
})

test.each([
  [0, '0 B'],
  [1023, '1023 B'],
  [1536, '1.5 KiB'],
  [20 * 1024 ** 2, '20 MiB'],
  [3 * 1024 ** 5, '3072 TiB'],
])('%d bytes are %s', (count, text) => {
  expect(bytes(count)).toBe(text)
})
