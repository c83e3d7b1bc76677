import { execFileSync } from 'node:child_process'
import { randomFillSync } from 'node:crypto'
import { once } from 'node:events'
import {
  chmodSync,
  closeSync,
  cpSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { listFiles, listFolders } from '../../src/artifacts/list-files.js'
import { packFolder } from '../../src/artifacts/pack.js'
import { unpack } from '../../src/artifacts/unpack.js'
import { centralRecord, endRecords, localHeader } from '../../src/artifacts/zip/format.js'
import { readDirectory } from '../../src/artifacts/zip/read-directory.js'
import { listing, python, removeFolders, temporaryFolder } from './folders.js'

afterAll(removeFolders)

/** A tree with one of everything that a zip must keep. */
function sampleTree(): string {
  const folder = join(temporaryFolder(), 'tree')
  mkdirSync(join(folder, 'scripts'), { recursive: true })
  mkdirSync(join(folder, 'leer/äöü'), { recursive: true })
  writeFileSync(join(folder, 'scripts/start'), '#!/bin/sh\necho hi\n')
  chmodSync(join(folder, 'scripts/start'), 0o755)
  writeFileSync(join(folder, 'secret.txt'), 'x'.repeat(100_000))
  chmodSync(join(folder, 'secret.txt'), 0o600)
  writeFileSync(join(folder, '.hidden'), '')
  writeFileSync(join(folder, 'back\\slash (1) ☃.txt'), 'odd name')
  writeFileSync(join(folder, 'image.png'), randomFillSync(Buffer.alloc(5000)))
  symlinkSync('../secret.txt', join(folder, 'scripts/link'))
  symlinkSync('nowhere/yet', join(folder, 'dangling'))
  symlinkSync('scripts', join(folder, 'linked-folder'))
  chmodSync(join(folder, 'leer'), 0o711)
  utimesSync(join(folder, 'scripts/start'), 1_000_000_001, 1_000_000_001)
  utimesSync(join(folder, 'leer/äöü'), 1_500_000_003, 1_500_000_003)
  return folder
}

async function packed(folder: string, options = {}): Promise<string> {
  const zip = join(temporaryFolder(), 'a.zip')
  await packFolder(folder, zip, options)
  return zip
}

test('modes, links, empty folders, odd names and times survive packing and unpacking', async () => {
  const folder = sampleTree()
  const target = join(temporaryFolder(), 'out')
  const result = await unpack(await packed(folder), target)
  expect(listing(target)).toEqual(listing(folder))
  expect(result.entries).toBe(Object.keys(listing(folder)).length)
})

test('unzip reads it: modes, links, empty folders and times too', async () => {
  const folder = sampleTree()
  const target = temporaryFolder()
  const out = execFileSync('unzip', ['-q', await packed(folder), '-d', target], { encoding: 'utf8' })
  expect(out).toBe('')
  expect(listing(target)).toEqual(listing(folder))
})

test("python's zipfile and bsdtar read it", async () => {
  const folder = sampleTree()
  const zip = await packed(folder)
  const names = python(
    'import sys,zipfile,json\nz=zipfile.ZipFile(sys.argv[1])\nassert z.testzip() is None\nprint(json.dumps(z.namelist()))',
    zip,
  )
  const expected = Object.entries(listing(folder)).map(([path, text]) => (text.startsWith('dir') ? `${path}/` : path))
  expect(JSON.parse(names).sort()).toEqual(expected.sort())
  const target = temporaryFolder()
  const odd = 'back\\slash (1) ☃.txt' // libarchive takes a backslash for a slash
  execFileSync('bsdtar', ['-xpf', await packed(folder, { exclude: [`**/${odd.replace('\\', '\\\\')}`] }), '-C', target])
  rmSync(join(folder, odd))
  expect(listing(target)).toEqual(listing(folder))
})

test('setuid is not kept', async () => {
  const folder = temporaryFolder()
  writeFileSync(join(folder, 'su'), 'x')
  chmodSync(join(folder, 'su'), 0o4755)
  const target = join(temporaryFolder(), 'out')
  await unpack(await packed(folder), target)
  expect(statSync(join(target, 'su')).mode & 0o7777).toBe(0o755)
})

test('the same tree gives the same bytes', async () => {
  const folder = sampleTree()
  const copy = join(temporaryFolder(), 'copy')
  cpSync(folder, copy, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true })
  for (const [path, text] of Object.entries(listing(folder))) {
    const time = Number(text.split(' ')[2])
    if (text.startsWith('directory')) utimesSync(join(copy, path), time, time)
  }
  expect(readFileSync(await packed(copy))).toEqual(readFileSync(await packed(folder)))
})

test('large files, compressible or not, are packed in pieces that other tools join', async () => {
  const folder = temporaryFolder()
  const text = Buffer.alloc(5_500_000, 'all work and no play makes jack a dull boy\n')
  const noise = randomFillSync(Buffer.alloc(3_200_001))
  writeFileSync(join(folder, 'text'), text)
  writeFileSync(join(folder, 'noise'), noise)
  writeFileSync(join(folder, 'exact'), text.subarray(0, 2 * 1024 * 1024))
  const zip = await packed(folder)
  expect(statSync(zip).size).toBeLessThan(3_400_000)
  execFileSync('unzip', ['-tq', zip])
  const target = join(temporaryFolder(), 'out')
  await unpack(zip, target)
  expect(readFileSync(join(target, 'text')).equals(text)).toBe(true)
  expect(readFileSync(join(target, 'noise')).equals(noise)).toBe(true)
  expect(statSync(join(target, 'exact')).size).toBe(2 * 1024 * 1024)
})

test('more than 65,535 entries need zip64, in our records as in others', () => {
  const names = Array.from({ length: 66_000 }, (_, index) => `f${index}`)
  const entries = names.map((name) => ({
    name,
    mode: 0o100644,
    modified: 0,
    method: 0,
    crc: 0,
    size: 0,
    compressedSize: 0,
  }))
  const locals = entries.map((entry) => localHeader(entry, false))
  let offset = 0
  const records = entries.map((entry, index) => {
    const record = centralRecord(entry, offset)
    offset += locals[index]?.length ?? 0
    return record
  })
  const directory = Buffer.concat(records)
  const [ours, theirs] = [join(temporaryFolder(), 'ours.zip'), join(temporaryFolder(), 'theirs.zip')]
  writeFileSync(ours, Buffer.concat([...locals, directory, endRecords(names.length, directory.length, offset)]))
  const count =
    'import sys,zipfile\nz=zipfile.ZipFile(sys.argv[1])\nassert z.testzip() is None\nprint(len(z.namelist()))'
  expect(python(count, ours).trim()).toBe('66000')
  python(
    "import sys,zipfile\nwith zipfile.ZipFile(sys.argv[1],'w') as z:\n  for i in range(66000): z.writestr(f'f{i}','')",
    theirs,
  )
  for (const zip of [ours, theirs]) {
    const fd = openSync(zip, 'r')
    const read = readDirectory(fd, statSync(zip).size, 1_000_000)
    closeSync(fd)
    expect(read.records.map((record) => record.name)).toEqual(names)
  }
})

test('an empty folder gives a zip without entries', async () => {
  const zip = await packed(temporaryFolder())
  const target = join(temporaryFolder(), 'out')
  expect((await unpack(zip, target)).entries).toBe(0)
  expect(listing(target)).toEqual({})
})

describe('files selects', () => {
  const tree = () => {
    const folder = temporaryFolder()
    for (const path of ['a.txt', '.env', 'target/app.jar', 'target/lib/x.jar', 'target/lib/x.txt', 'docs/q(1).md']) {
      mkdirSync(join(folder, path, '..'), { recursive: true })
      writeFileSync(join(folder, path), path)
    }
    mkdirSync(join(folder, 'empty'))
    return folder
  }

  test.each([
    { files: ['*'], selected: ['.env', 'a.txt', 'empty'] },
    {
      files: ['**/*'],
      selected: ['.env', 'a.txt', 'docs/q(1).md', 'empty', 'target/app.jar', 'target/lib/x.jar', 'target/lib/x.txt'],
    },
    { files: ['target/*.jar'], selected: ['target/app.jar'] },
    { files: ['**/*.jar', 'a.txt'], selected: ['a.txt', 'target/app.jar', 'target/lib/x.jar'] },
    { files: ['target'], selected: ['target/app.jar', 'target/lib/x.jar', 'target/lib/x.txt'] },
    { files: ['./target/lib/'], selected: ['target/lib/x.jar', 'target/lib/x.txt'] },
    { files: ['**/x.{jar,txt}'], selected: ['target/lib/x.jar', 'target/lib/x.txt'] },
    { files: ['**/[!x]*.txt'], selected: ['a.txt'] },
    { files: ['docs/q(1).md'], selected: ['docs/q(1).md'] },
    { files: ['docs/*(1)*'], selected: ['docs/q(1).md'] },
    { files: ['**/*'], exclude: ['target/**', '.env'], selected: ['a.txt', 'docs/q(1).md', 'empty'] },
  ])('$files without $exclude', async ({ selected, ...options }) => {
    const target = join(temporaryFolder(), 'out')
    await unpack(await packed(tree(), options), target)
    const leaves = Object.entries(listing(target)).filter(([path, text]) => text.startsWith('file') || path === 'empty')
    expect(leaves.map(([path]) => path)).toEqual(selected)
  })

  test('a name that looks like a pattern is the name, with all in it; only then it is the pattern', async () => {
    const folder = temporaryFolder()
    for (const path of ['a[1]/f', 'pages/[id].js', 'pages/i.js', 'b/x1']) {
      mkdirSync(join(folder, path, '..'), { recursive: true })
      writeFileSync(join(folder, path), '')
    }
    expect(await listFiles(folder, { files: ['a[1]'] })).toEqual(['a[1]/f'])
    expect(await listFiles(folder, { files: ['a[1]/f', 'pages/[id].js'] })).toEqual(['a[1]/f', 'pages/[id].js'])
    expect(await listFiles(folder, { files: ['b/x[12]'] })).toEqual(['b/x1'])
    expect(await listFiles(folder, { exclude: ['pages/[id].js', 'a[1]'] })).toEqual(['b/x1', 'pages/i.js'])
    expect(await listFiles(folder, { files: ['a[1]/*', '**/[id].*'] })).toEqual([
      'a[1]/f',
      'pages/[id].js',
      'pages/i.js',
    ])
    expect(await listFolders(folder, '{a[1],b}')).toEqual(['a[1]', 'b'])
  })

  test("CodeBuild's exclusions of a name, of dot folders, of dot files", async () => {
    const folder = temporaryFolder()
    for (const path of ['.env', 'a/.git/config', 'a/keep', 'a/name', 'name', 'b/name/c']) {
      mkdirSync(join(folder, path, '..'), { recursive: true })
      writeFileSync(join(folder, path), '')
    }
    const without = (...exclude: string[]) => listFiles(folder, { files: ['**/*'], exclude })
    expect(await without('**/name/**/*')).toEqual(['.env', 'a/.git/config', 'a/keep'])
    expect(await without('**/.*/**/*')).toEqual(['.env', 'a/keep', 'a/name', 'b/name/c', 'name'])
    expect(await without('**/.*', '**/.*/**/*')).toEqual(['a/keep', 'a/name', 'b/name/c', 'name'])
    const result = await packFolder(folder, join(temporaryFolder(), 'a.zip'), { exclude: ['**/nothing/**/*', 'a'] })
    expect(result.unmatched).toEqual(['**/nothing/**/*'])
  })

  test('nothing: an error that names the globs, and no zip', async () => {
    const zip = join(temporaryFolder(), 'a.zip')
    await expect(packFolder(tree(), zip, { files: ['dist/**', '*.war'] })).rejects.toMatchObject({
      code: 'ArtifactEmpty',
      message: "no file matches 'dist/**', '*.war'",
    })
    expect(existsSync(zip)).toBe(false)
  })

  test('globs that leave the folder are refused', async () => {
    const zip = join(temporaryFolder(), 'a.zip')
    await expect(packFolder(tree(), zip, { files: ['../*'] })).rejects.toThrow("'../*' leaves the folder")
    await expect(packFolder(tree(), zip, { files: ['/etc/passwd'] })).rejects.toThrow("'/etc/passwd' leaves the folder")
  })

  test('what matched nothing beside others that did is told', async () => {
    const zip = join(temporaryFolder(), 'a.zip')
    const result = await packFolder(tree(), zip, { files: ['a.txt', 'b.txt', '**/*.txt'] })
    expect(result.unmatched).toEqual(['b.txt'])
  })
})

test('sockets are skipped and told, and the zip itself is never in the zip', async () => {
  const folder = temporaryFolder()
  writeFileSync(join(folder, 'a'), 'a')
  const server = createServer().listen(join(folder, 'sock'))
  await once(server, 'listening')
  const result = await packFolder(folder, join(folder, 'self.zip'))
  server.close()
  expect(result).toMatchObject({ entries: 1, skipped: ['sock'] })
})

test.each([{ target: '/dev/null' }, { target: '../../x' }, { target: 'up/../..' }])(
  'a link to $target stays a link, is told, and comes back when it is asked for',
  async ({ target }) => {
    const folder = temporaryFolder()
    mkdirSync(join(folder, 'sub'))
    symlinkSync('..', join(folder, 'sub/up'))
    symlinkSync(target, join(folder, 'sub/link'))
    const zip = join(temporaryFolder(), 'a.zip')
    const out = temporaryFolder()
    expect(await packFolder(folder, zip)).toMatchObject({ entries: 3, outward: [`sub/link -> ${target}`] })
    expect(await unpack(zip, join(out, 'safe'))).toMatchObject({ entries: 2, omitted: [`sub/link -> ${target}`] })
    expect(readdirSync(join(out, 'safe/sub'))).toEqual(['up'])
    expect(await unpack(zip, join(out, 'kept'), { outwardLinks: 'keep' })).toMatchObject({ entries: 3, omitted: [] })
    expect(readlinkSync(join(out, 'kept/sub/link'))).toBe(target)
  },
)

test('links in a circle lead nowhere, and are links like others', async () => {
  const folder = temporaryFolder()
  symlinkSync('b', join(folder, 'a'))
  symlinkSync('a', join(folder, 'b'))
  expect(await packFolder(folder, join(temporaryFolder(), 'a.zip'))).toMatchObject({ entries: 2, outward: [] })
})

test('names and targets that are not UTF-8 are left out and told; one that only looks so is kept', async () => {
  const folder = temporaryFolder()
  writeFileSync(Buffer.concat([Buffer.from(`${folder}/lat-`), Buffer.from([0xe9])]), 'x')
  writeFileSync(join(folder, 'lat-\ufffd'), 'kept')
  mkdirSync(Buffer.concat([Buffer.from(`${folder}/d-`), Buffer.from([0xff])]))
  symlinkSync(Buffer.from([0x61, 0xe9]), join(folder, 'l'))
  const zip = join(temporaryFolder(), 'a.zip')
  const result = await packFolder(folder, zip)
  expect(result.unnameable).toEqual(['d-\ufffd', 'l -> a\ufffd'])
  const out = join(temporaryFolder(), 'out')
  await unpack(zip, out)
  expect(readdirSync(out)).toEqual(['lat-\ufffd'])
})

test.each([
  { year: 1950, kept: true },
  { year: 2040, kept: true },
  { year: 2105, kept: true },
  { year: 2110, kept: false },
])('times of $year', async ({ year, kept }) => {
  const folder = temporaryFolder()
  const time = Date.UTC(year, 5, 1) / 1000
  writeFileSync(join(folder, 'a'), '')
  // A number before 1970 would be taken for "now".
  utimesSync(join(folder, 'a'), new Date(time * 1000), new Date(time * 1000))
  const zip = join(temporaryFolder(), 'a.zip')
  expect((await packFolder(folder, zip)).mistimed).toEqual(kept ? [] : ['a'])
  const out = join(temporaryFolder(), 'out')
  await unpack(zip, out)
  expect(statSync(join(out, 'a')).mtimeMs / 1000).toBe(kept ? time : 0xffffffff)
})

test('an aborted pack leaves nothing', async () => {
  const folder = temporaryFolder()
  writeFileSync(join(folder, 'a'), 'a')
  const zip = join(temporaryFolder(), 'a.zip')
  await expect(packFolder(folder, zip, { signal: AbortSignal.abort(new Error('stopped')) })).rejects.toThrow('stopped')
  expect(existsSync(zip)).toBe(false)
})

test('the server breathes while a folder is packed and unpacked', async () => {
  const folder = temporaryFolder()
  for (let index = 0; index < 400; index++) {
    writeFileSync(join(folder, `f${index}`), Buffer.alloc(60_000, `line ${index} of a text\n`))
  }
  const zip = await packed(temporaryFolder()) // the threads are started
  let turns = 0
  let packing = true
  const turn = () => {
    turns++
    if (packing) setImmediate(turn)
  }
  turn()
  const big = `${zip}.big`
  await packFolder(folder, big)
  await unpack(big, join(temporaryFolder(), 'out'))
  packing = false
  // On the server's own thread the loop turns once for each of the 800 files at most, and reads 60 kB in between; beside
  // it, it turns thousands of times, however busy the machine is.
  expect(turns).toBeGreaterThan(2_000)
})
