/** Our tar streams, unpacked by the real tools. */
import { execFileSync, spawnSync } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '@penstock/core'
import { readContents } from '../../src/bundle/contents.js'
import { FileHandles } from '../../src/bundle/file-handles.js'
import { deltaOf, readManifest } from '../../src/bundle/manifest.js'
import { scanBundle } from '../../src/bundle/scan.js'
import { SharedPieces } from '../../src/bundle/shared-pieces.js'
import { TarPart, tarStream } from '../../src/bundle/tar.js'
import { tarHeader } from '../../src/bundle/tar-header.js'
import { TarLayout } from '../../src/bundle/tar-layout.js'
import { writeBundle } from '../support/bundle.js'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'penstock-tar-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const long = `${'deep/'.repeat(30)}${'name'.repeat(40)}`

test.each([['tar'], ['busybox tar']])('%s unpacks what we pack, twice over', async (tool) => {
  const bundle = writeBundle(join(folder, 'bundle'), {
    empty: '',
    exact: 'x'.repeat(512),
    [long]: 'long',
    'é\nñ': 'odd',
    'bin/run': { text: 'run', mode: 0o4755 },
    link: { link: long },
    dangling: { link: 'nowhere' },
  })
  writeFileSync(join(bundle, 'big'), Buffer.alloc(700_001, 'big'))
  mkdirSync(join(bundle, 'nothing'))
  const files = new FileHandles()
  const layout = new TarLayout(await readContents(await scanBundle(bundle)), 'top', files)
  const part = new SharedPieces(layout, systemClock)
  const last = new TarPart()
  last.addText('run/complete', 'yes')
  for (const target of ['one', 'two']) {
    const pieces: Buffer[] = []
    for await (const piece of tarStream(part, last)) pieces.push(Buffer.from(piece))
    mkdirSync(join(folder, target))
    const [command = '', ...words] = [...tool.split(' '), '-xpf', '-', '-C', join(folder, target)]
    const unpacked = spawnSync(command, words, { input: Buffer.concat(pieces) })
    expect(unpacked.stderr.toString()).toBe('')
    execFileSync('diff', ['-r', '--no-dereference', bundle, join(folder, target, 'top')])
    const mode = execFileSync('stat', ['-c', '%a', join(folder, target, 'top/bin/run')], { encoding: 'utf8' })
    expect(mode.trim()).toBe('4755')
  }
  files.close()
})

test('many go through the pieces at their own speed, and all get the same bytes from a few buffers', async () => {
  const names = Array.from({ length: 300 }, (_, index) => [
    `dir${index % 7}/${index}${'n'.repeat(index % 240)}`,
    `${index}`.repeat(index),
  ])
  const bundle = writeBundle(join(folder, 'bundle'), Object.fromEntries(names))
  writeFileSync(join(bundle, 'big'), randomBytes(9_000_001))
  const files = new FileHandles()
  const layout = new TarLayout(await readContents(await scanBundle(bundle)), 'top', files)
  const whole = Buffer.alloc(layout.size)
  await layout.fill(whole, 0)
  const shared = new SharedPieces(layout, systemClock)
  const buffers = new Set<ArrayBufferLike>()
  const digestOf = async (pause: number, stopAt = Number.POSITIVE_INFINITY) => {
    const hash = createHash('sha256')
    let pieces = 0
    for await (const piece of shared.pieces()) {
      for (let turn = 0; turn < pause; turn++) await new Promise(setImmediate)
      buffers.add(piece.buffer)
      hash.update(piece)
      if (++pieces === stopAt) break
    }
    return hash.digest('hex')
  }
  const expected = createHash('sha256').update(whole).digest('hex')
  const [cut, ...digests] = await Promise.all([digestOf(0, 3), digestOf(0), digestOf(1), digestOf(7), digestOf(7)])
  expect(digests).toEqual([expected, expected, expected, expected])
  expect(cut).not.toBe(expected)
  expect(buffers.size).toBeLessThan(30)
  files.close()
})

test('a file that became shorter since it was read fails all who send it', async () => {
  const bundle = writeBundle(join(folder, 'bundle'), {})
  mkdirSync(bundle)
  writeFileSync(join(bundle, 'big'), randomBytes(900_000))
  const contents = await readContents(await scanBundle(bundle))
  truncateSync(join(bundle, 'big'), 700_000)
  const files = new FileHandles()
  const shared = new SharedPieces(new TarLayout(contents, 'top', files), systemClock)
  const read = async () => {
    for await (const piece of shared.pieces()) expect(piece.length).toBeGreaterThan(0)
  }
  const ends = await Promise.allSettled([read(), read()])
  expect(ends.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  await expect(read()).rejects.toThrow('became shorter while it was sent')
  files.close()
})

test('sizes beyond octal are binary, as GNU writes them', () => {
  const block = tarHeader({ path: 'huge', kind: 'file', mode: 0o644, size: 10 * 1024 ** 3, mtime: 0 })
  expect(block[124]).toBe(0x80)
  expect(block.readBigUInt64BE(128)).toBe(BigInt(10 * 1024 ** 3))
})

test('a single directory around everything is left out, when it holds the AppSpec file', async () => {
  const bundle = writeBundle(join(folder, 'b'), { 'site-1.2/appspec.yml': 'x', 'site-1.2/a': '1' })
  expect((await scanBundle(bundle)).tree.children('')).toEqual(['a', 'appspec.yml'])
  const other = writeBundle(join(folder, 'c'), { 'site-1.2/a': '1' })
  expect((await scanBundle(other)).tree.children('')).toEqual(['site-1.2'])
})

test('a manifest is the same for the same contents, and tells what must be sent', async () => {
  const contents = async (name: string, files: Parameters<typeof writeBundle>[1]) =>
    (await readContents(await scanBundle(writeBundle(join(folder, name), files)))).manifest
  const one = await contents('1', { same: 'a', changed: 'a', 'gone/x': 'a', mode: 'a', link: { link: 'same' } })
  const again = await contents('2', { same: 'a', changed: 'a', 'gone/x': 'a', mode: 'a', link: { link: 'same' } })
  const two = await contents('3', {
    same: 'a',
    changed: 'b',
    new: 'a',
    mode: { text: 'a', mode: 0o755 },
    link: { link: 'same' },
  })
  expect(again.digest).toBe(one.digest)
  expect(readManifest(one.text)).toEqual(one)
  const delta = deltaOf(one, two)
  expect([...delta.send].sort()).toEqual(['changed', 'link', 'mode', 'new'])
  expect(delta.changed).toBe(3)
  expect(delta.remove).toEqual(['changed', 'gone', 'link', 'mode'])
  expect(delta.reuse.map(({ path }) => path)).toEqual(['same'])
  expect(readManifest('not json')).toBeUndefined()
})
