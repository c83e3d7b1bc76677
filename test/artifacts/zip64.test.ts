/** Files over 4 GiB, for real: slow, and sparse on the disk. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { packFolder } from '../../core/src/artifacts/pack.js'
import { unpack } from '../../core/src/artifacts/unpack.js'

const folder = mkdtempSync(join(tmpdir(), 'penstock-zip64-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('a file over 4 GiB becomes zip64, which python reads and we unpack, in little memory', async () => {
  const huge = 4 * 1024 ** 3 + 5
  const tree = join(folder, 'tree')
  execFileSync('mkdir', [tree])
  writeFileSync(join(tree, 'huge'), '')
  truncateSync(join(tree, 'huge'), huge)
  writeFileSync(join(tree, 'last'), 'after it')
  const zip = join(folder, 'a.zip')
  await packFolder(tree, zip)
  expect(statSync(zip).size).toBeLessThan(40_000_000)
  const program = 'import sys,zipfile\nprint([i.file_size for i in zipfile.ZipFile(sys.argv[1]).infolist()])'
  expect(execFileSync('python3', ['-c', program, zip], { encoding: 'utf8' }).trim()).toBe(`[${huge}, 8]`)
  await expect(unpack(zip, join(folder, 'no'), { maxBytes: 1e9 })).rejects.toMatchObject({
    code: 'ArtifactTooLarge',
    message: `the zip unpacks to ${huge + 8} bytes; at most 1000000000 are allowed`,
  })
  await unpack(zip, join(folder, 'out'))
  expect(statSync(join(folder, 'out/huge')).size).toBe(huge)
}, 300_000)
