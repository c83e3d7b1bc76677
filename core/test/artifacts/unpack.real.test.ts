import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { packFolder } from '../../src/artifacts/pack.js'
import { unpack } from '../../src/artifacts/unpack.js'
import { listing, python, removeFolders, temporaryFolder } from './folders.js'

afterAll(removeFolders)

/** Writes zips that honest tools do not write: entries of name, content, mode, and whatever else ZipInfo has. */
const writer = `
import sys, json, zipfile, warnings
warnings.simplefilter('ignore')
spec = json.load(sys.stdin) if len(sys.argv) < 3 else json.loads(sys.argv[2])
with zipfile.ZipFile(sys.argv[1], 'w') as z:
    for e in spec:
        info = zipfile.ZipInfo(e['name'])
        info.filename = e['name']
        info.create_system = e.get('system', 3)
        info.external_attr = e.get('mode', 0o100644) << 16
        info.compress_type = e.get('method', 8)
        z.writestr(info, e.get('content', ''))
`

interface Entry {
  readonly name: string
  readonly content?: string
  readonly mode?: number
  readonly method?: number
  readonly system?: number
}

function zipOf(...entries: Entry[]): string {
  const zip = join(temporaryFolder(), 'made.zip')
  python(writer, zip, JSON.stringify(entries))
  return zip
}

const link = (name: string, content: string): Entry => ({ name, content, mode: 0o120777 })

/** Unpacks what must be refused; checks that nothing appears, neither in the folder nor beside it. */
async function refusal(zip: string, options = {}): Promise<unknown> {
  const parent = temporaryFolder()
  const error = await unpack(zip, join(parent, 'out'), options).then(
    () => undefined,
    (reason: unknown) => reason,
  )
  expect(readdirSync(parent)).toEqual([])
  return error
}

describe('refused, with nothing written', () => {
  test.each<{ it: string; entries: Entry[]; why: string }>([
    { it: 'an absolute path', entries: [{ name: '/etc/cron.d/x' }], why: "'/etc/cron.d/x' is an absolute path" },
    { it: 'a drive', entries: [{ name: 'C:/windows/x' }], why: 'is an absolute path' },
    { it: 'dots that leave', entries: [{ name: 'a/../../x' }], why: "leads out of the folder with '..'" },
    { it: 'dots that do not', entries: [{ name: 'a/../x' }], why: "leads out of the folder with '..'" },
    {
      it: 'dots in backslashes',
      entries: [{ name: '..\\..\\x', system: 0 }],
      why: "leads out of the folder with '..'",
    },
    {
      it: 'a file through a link',
      entries: [link('d', 'elsewhere'), { name: 'd/x', content: 'evil' }],
      why: "'d/x' lies below 'd', which is a symbolic link",
    },
    {
      it: 'a directory over a link',
      entries: [link('d', 'x'), { name: 'd/', mode: 0o040755 }],
      why: 'is a symbolic link and a directory',
    },
    { it: 'a file below a file', entries: [{ name: 'd' }, { name: 'd/x' }], why: "lies below 'd', which is a file" },
    {
      it: 'a name twice',
      entries: [
        { name: 'x', content: '1' },
        { name: './x', content: '2' },
      ],
      why: 'is there twice',
    },
    { it: 'a device', entries: [{ name: 'null', mode: 0o020666 }], why: 'is a device or socket' },
    { it: 'bzip2', entries: [{ name: 'x', content: 'abc', method: 12 }], why: 'uses compression method 12; only 0' },
  ])('$it', async ({ entries, why }) => {
    expect(await refusal(zipOf(...entries))).toMatchObject({
      code: 'ArtifactInvalid',
      message: expect.stringContaining(why),
    })
  })

  test.each<{ it: string; entries: Entry[]; omitted: string[] }>([
    { it: 'an absolute link', entries: [link('l', '/etc/passwd')], omitted: ['l -> /etc/passwd'] },
    { it: 'a link that leaves', entries: [link('a/l', '../../x')], omitted: ['a/l -> ../../x'] },
    {
      it: 'a link that leaves through another',
      entries: [{ name: 'd/e/f' }, link('up', 'd/e/..'), link('d/e/back', '../..'), link('l', 'up/e/back/..')],
      omitted: ['l -> up/e/back/..'],
    },
    { it: 'a circle of links', entries: [link('a', 'b'), link('b', 'a')], omitted: [] },
  ])('left out, unless asked for: $it', async ({ entries, omitted }) => {
    const folder = temporaryFolder()
    const zip = zipOf(...entries)
    expect(await unpack(zip, join(folder, 'a'))).toMatchObject({ entries: entries.length - omitted.length, omitted })
    expect(await unpack(zip, join(folder, 'b'), { outwardLinks: 'keep' })).toMatchObject({ entries: entries.length })
  })

  test('an encrypted entry', async () => {
    const folder = temporaryFolder()
    writeFileSync(join(folder, 'x'), 'secret')
    execFileSync('zip', ['-q', '-P', 'password', 'made.zip', 'x'], { cwd: folder })
    expect(await refusal(join(folder, 'made.zip'))).toMatchObject({
      message: expect.stringContaining("'x' is encrypted"),
    })
  })

  test('more bytes or entries than the limits', async () => {
    const zip = zipOf({ name: 'a', content: 'x'.repeat(1000) }, { name: 'b', content: 'y'.repeat(1000) })
    expect(await refusal(zip, { maxBytes: 1999 })).toMatchObject({ code: 'ArtifactTooLarge' })
    expect(await refusal(zip, { maxEntries: 1 })).toMatchObject({
      code: 'ArtifactTooLarge',
      message: 'the zip has 2 entries; at most 1 are allowed',
    })
    const target = join(temporaryFolder(), 'out')
    expect(await unpack(zip, target, { maxBytes: 2000, maxEntries: 2 })).toEqual({
      entries: 2,
      bytes: 2000,
      omitted: [],
    })
  })
})

/** Changes bytes of a zip: `at` finds the place from the whole. */
function patched(zip: string, change: (bytes: Buffer) => Buffer | undefined): string {
  const bytes = readFileSync(zip)
  writeFileSync(zip, change(bytes) ?? bytes)
  return zip
}

const central = (bytes: Buffer) => bytes.indexOf(Buffer.from([0x50, 0x4b, 1, 2]))

describe('damaged zips are told apart and leave nothing', () => {
  const text = 'a text that is long enough to be deflated. '.repeat(50)
  const one = () => zipOf({ name: 'a.txt', content: text })

  test.each<{ it: string; zip: () => string; why: string }>([
    { it: 'empty', zip: () => patched(one(), () => Buffer.alloc(0)), why: 'the zip is empty: 0 bytes' },
    {
      it: 'no zip',
      zip: () => patched(one(), () => Buffer.from('<html>not found</html>'.repeat(9))),
      why: 'this is not a zip',
    },
    {
      it: 'cut',
      zip: () => patched(one(), (b) => b.subarray(0, b.length - 30)),
      why: 'this is not a zip, or it is truncated',
    },
    { it: 'without its beginning', zip: () => patched(one(), (b) => b.subarray(50)), why: 'table of contents' },
    {
      it: 'with other content',
      zip: () => patched(one(), (b) => void b.writeUInt8((b[60] ?? 0) ^ 0xff, 60)),
      why: "the entry 'a.txt'",
    },
    {
      it: 'a bomb: more than declared',
      zip: () => patched(one(), (b) => void b.writeUInt32LE(10, central(b) + 24)),
      why: "'a.txt' has more than the 10 bytes that were declared",
    },
    {
      it: 'less than declared',
      zip: () => patched(one(), (b) => void b.writeUInt32LE(9999, central(b) + 24)),
      why: "'a.txt' has 2150 bytes where 9999 were declared",
    },
    {
      it: 'a wrong checksum',
      zip: () => patched(one(), (b) => void b.writeUInt32LE(1, central(b) + 16)),
      why: "'a.txt' does not have the checksum",
    },
    {
      it: 'a record too few',
      zip: () => patched(one(), (b) => void b.writeUInt16LE(2, b.length - 12)),
      why: 'entry 2 of 2 is missing in its table of contents',
    },
    {
      it: 'overlapping entries',
      zip: () =>
        patched(zipOf({ name: 'a', content: text }, { name: 'b', content: text }), (b) => {
          b.writeUInt32LE(0, b.lastIndexOf(Buffer.from([0x50, 0x4b, 1, 2])) + 42)
        }),
      why: 'is truncated, or overlaps another entry',
    },
  ])('$it', async ({ zip, why }) => {
    expect(await refusal(zip())).toMatchObject({ code: 'ArtifactInvalid', message: expect.stringContaining(why) })
  })

  test('in a large file, which is streamed', async () => {
    const folder = temporaryFolder()
    writeFileSync(join(folder, 'big'), Buffer.alloc(9_000_000, 'some text that repeats itself '))
    const zip = () => {
      const path = join(temporaryFolder(), 'big.zip')
      execFileSync('zip', ['-q', path, 'big'], { cwd: folder })
      return path
    }
    const more = patched(zip(), (b) => void b.writeUInt32LE(8_000_000, central(b) + 24))
    expect(await refusal(more)).toMatchObject({ message: expect.stringContaining('has more than the 8000000 bytes') })
    const checksum = patched(zip(), (b) => void b.writeUInt32LE(1, central(b) + 16))
    expect(await refusal(checksum)).toMatchObject({ message: expect.stringContaining('checksum') })
    const garbled = patched(zip(), (b) => void b.fill(0xff, 2000, 4000))
    expect(await refusal(garbled)).toMatchObject({ code: 'ArtifactInvalid', message: expect.stringContaining("'big'") })
    const fine = join(temporaryFolder(), 'out')
    await unpack(zip(), fine)
    expect(listing(fine)).toEqual(listing(folder))
  })
})

describe('zips made by others', () => {
  test('Info-ZIP, with links, modes and times', async () => {
    const folder = temporaryFolder()
    mkdirSync(join(folder, 'd/empty'), { recursive: true })
    writeFileSync(join(folder, 'd/run é.sh'), 'echo')
    chmodSync(join(folder, 'd/run é.sh'), 0o755)
    symlinkSync('d/run é.sh', join(folder, 'l'))
    const zip = join(temporaryFolder(), 'made.zip')
    execFileSync('zip', ['-qry', zip, '.'], { cwd: folder })
    const target = join(temporaryFolder(), 'out')
    await unpack(zip, target)
    expect(listing(target)).toEqual(listing(folder))
  })

  test('Info-ZIP from a pipe: data descriptors and zip64 without need', async () => {
    const folder = temporaryFolder()
    const zip = join(folder, 'made.zip')
    execFileSync('sh', ['-c', 'echo piped | zip -q - - | cat > made.zip'], { cwd: folder })
    await unpack(zip, join(folder, 'out'))
    expect(readFileSync(join(folder, 'out/-'), 'utf8')).toBe('piped\n')
  })

  test('Java', async () => {
    const folder = temporaryFolder()
    mkdirSync(join(folder, 'src/é'), { recursive: true })
    writeFileSync(join(folder, 'src/é/a.txt'), 'text '.repeat(99))
    const source = `import java.io.*; import java.util.zip.*;
      class Z { public static void main(String[] a) throws Exception {
        try (var z = new ZipOutputStream(new FileOutputStream(a[0]))) {
          z.putNextEntry(new ZipEntry("é/")); z.closeEntry();
          z.putNextEntry(new ZipEntry("é/a.txt")); z.write("text ".repeat(99).getBytes()); z.closeEntry();
        } } }`
    writeFileSync(join(folder, 'Z.java'), source)
    execFileSync('java', [
      '-Dfile.encoding=UTF-8',
      '-Dsun.jnu.encoding=UTF-8',
      join(folder, 'Z.java'),
      join(folder, 'made.zip'),
    ])
    await unpack(join(folder, 'made.zip'), join(folder, 'out'))
    expect(readFileSync(join(folder, 'out/é/a.txt'), 'utf8')).toBe('text '.repeat(99))
    expect(statSync(join(folder, 'out/é')).mode & 0o777).toBe(0o755)
  }, 60_000)

  test('without modes: 644 and 755; backslashes from DOS; code page 437; a comment; something before it', async () => {
    const zip = zipOf({ name: 'd\\a', content: 'x', system: 0, mode: 0 }, { name: 'b', content: 'y', mode: 0 })
    patched(zip, (bytes) => {
      const text = Buffer.from(bytes.toString('latin1').replaceAll('d\\a', 'd\\\x84'), 'latin1')
      const comment = Buffer.from('PK\x05\x06 is not the end yet ')
      text.writeUInt16LE(comment.length, text.length - 2)
      return Buffer.concat([Buffer.from('#!/bin/sh\n'), text, comment])
    })
    const target = join(temporaryFolder(), 'out')
    await unpack(zip, target)
    expect(readFileSync(join(target, 'd/ä'), 'utf8')).toBe('x')
    expect(statSync(join(target, 'd/ä')).mode & 0o777).toBe(0o644)
    expect(statSync(join(target, 'd')).mode & 0o777).toBe(0o755)
  })
})

test('into an empty folder that is there; never into one that holds something', async () => {
  const folder = temporaryFolder()
  const zip = zipOf({ name: 'a', content: '1' })
  await unpack(zip, folder)
  expect(readdirSync(folder)).toEqual(['a'])
  await expect(unpack(zip, folder)).rejects.toThrow(`cannot unpack into '${folder}': it is not empty`)
  expect(readdirSync(folder)).toEqual(['a'])
})

test('a missing zip is the file system error that it is', async () => {
  await expect(unpack('/does/not/exist.zip', join(temporaryFolder(), 'out'))).rejects.toMatchObject({ code: 'ENOENT' })
})

test('an aborted unpack leaves nothing', async () => {
  const folder = temporaryFolder()
  writeFileSync(join(folder, 'a'), 'a')
  const zip = join(temporaryFolder(), 'a.zip')
  await packFolder(folder, zip)
  const signal = AbortSignal.abort(new Error('stopped'))
  expect(await refusal(zip, { signal })).toMatchObject({ message: 'stopped' })
  expect(existsSync(zip)).toBe(true)
})
