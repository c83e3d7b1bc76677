/** Our tar streams, unpacked by the real tools. */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readContents } from '../../src/bundle/contents.js'
import { deltaOf, readManifest } from '../../src/bundle/manifest.js'
import { scanBundle } from '../../src/bundle/scan.js'
import { TarPart, tarStream } from '../../src/bundle/tar.js'
import { tarHeader } from '../../src/bundle/tar-header.js'
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
  const part = new TarPart()
  part.addBundle(await readContents(await scanBundle(bundle)), 'top')
  const last = new TarPart()
  last.addText('run/complete', 'yes')
  for (const target of ['one', 'two']) {
    const pieces: Buffer[] = []
    for await (const piece of tarStream(part, last)) pieces.push(piece)
    mkdirSync(join(folder, target))
    const [command = '', ...words] = [...tool.split(' '), '-xpf', '-', '-C', join(folder, target)]
    const unpacked = spawnSync(command, words, { input: Buffer.concat(pieces) })
    expect(unpacked.stderr.toString()).toBe('')
    execFileSync('diff', ['-r', '--no-dereference', bundle, join(folder, target, 'top')])
    const mode = execFileSync('stat', ['-c', '%a', join(folder, target, 'top/bin/run')], { encoding: 'utf8' })
    expect(mode.trim()).toBe('4755')
  }
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
  expect(delta.remove).toEqual(['changed', 'gone', 'link', 'mode'])
  expect(delta.reuse.map(({ path }) => path)).toEqual(['same'])
  expect(readManifest('not json')).toBeUndefined()
})
