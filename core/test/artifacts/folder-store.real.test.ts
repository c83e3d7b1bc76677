import { execFileSync, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { cpSync, mkdirSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer, text } from 'node:stream/consumers'
import { FolderArtifactStore } from '../../src/artifacts/folder-store.js'
import { testArtifactStore } from '../../src/testkit/artifact-store-contract.js'
import { FakeClock } from '../../src/testkit/fake-clock.js'
import { removeFolders, temporaryFolder } from './folders.js'

const bucket = 'codepipeline-eu-central-1-0123456789'
const encryptionKey = randomBytes(32)
const at = { bucket, key: 'my-pipeline/SourceArti/Ab3dE7x' }
const of = (content: string) => Readable.from([Buffer.from(content)])

async function opened(root = temporaryFolder(), options = {}): Promise<FolderArtifactStore> {
  const store = new FolderArtifactStore(root, options)
  await store.open()
  return store
}

testArtifactStore('folder', async () => ({ store: await opened(), bucket }))
testArtifactStore('folder, encrypted', async () => ({ store: await opened(undefined, { encryptionKey }), bucket }))

test('an object is a plain file at <bucket>/<key>, and nothing unfinished stays', async () => {
  const store = await opened()
  await store.put(at, of('zip'))
  expect(readFileSync(join(store.root, bucket, at.key), 'utf8')).toBe('zip')
  expect(readdirSync(join(store.root, '.tmp'))).toEqual([])
})

test.each([
  { bucket, key: '' },
  { bucket, key: '/etc/passwd' },
  { bucket, key: 'a/../../x' },
  { bucket, key: 'a/./x' },
  { bucket, key: 'a//x' },
  { bucket, key: 'a/' },
  { bucket, key: 'a\0b' },
  { bucket, key: 'x'.repeat(256) },
  { bucket, key: 'x/'.repeat(600) },
  { bucket: '..', key: 'a' },
  { bucket: '.tmp', key: 'a' },
  { bucket: '.notes', key: 'a' },
  { bucket: 'a/b', key: 'a' },
  { bucket: 'ab', key: 'a' },
])('$bucket $key is refused by every call', async (location) => {
  const store = await opened()
  const refusal = { code: 'ArtifactKeyInvalid' }
  await expect(store.put(location, of('x'))).rejects.toMatchObject(refusal)
  await expect(store.get(location)).rejects.toMatchObject(refusal)
  await expect(store.head(location)).rejects.toMatchObject(refusal)
  await expect(store.delete(location)).rejects.toMatchObject(refusal)
})

test('a key that runs through another object is refused; a folder is no object', async () => {
  const store = await opened()
  await store.put({ bucket, key: 'a/b' }, of('x'))
  await expect(store.put({ bucket, key: 'a/b/c' }, of('y'))).rejects.toMatchObject({ code: 'ArtifactKeyInvalid' })
  await expect(store.put({ bucket, key: 'a' }, of('y'))).rejects.toMatchObject({ code: 'ArtifactKeyInvalid' })
  expect(await store.head({ bucket, key: 'a' })).toBeUndefined()
  expect(await store.head({ bucket, key: 'a/b/c' })).toBeUndefined()
  expect(readdirSync(join(store.root, '.tmp'))).toEqual([])
})

test('what a killed server left unfinished is removed at the next start', async () => {
  const root = temporaryFolder()
  mkdirSync(join(root, '.tmp'))
  writeFileSync(join(root, '.tmp/half'), 'half an object')
  await opened(root)
  expect(readdirSync(join(root, '.tmp'))).toEqual([])
})

test('a note without its object, as a power cut between the two leaves it, changes nothing', async () => {
  const clock = new FakeClock(1_700_000_000_000)
  const store = await opened(undefined, { clock })
  await store.put(at, of('one'), { n: '1' })
  const copy = temporaryFolder()
  cpSync(join(store.root, bucket), join(copy, bucket), { recursive: true, preserveTimestamps: true })
  await store.put(at, of('two'), { n: '2' })
  // The old object with the new note: exactly what was on the disk between the two renames.
  cpSync(join(store.root, '.notes'), join(copy, '.notes'), { recursive: true })
  const got = await (await opened(copy)).get(at)
  expect(await text(got?.body ?? of(''))).toBe('one')
  expect(got?.metadata).toEqual({ n: '1' })
})

test('an object without a note, put there by hand, has an etag all the same', async () => {
  const store = await opened()
  mkdirSync(join(store.root, bucket, 'by'), { recursive: true })
  writeFileSync(join(store.root, bucket, 'by/hand'), 'hello')
  expect(await store.head({ bucket, key: 'by/hand' })).toMatchObject({
    size: 5,
    etag: '5d41402abc4b2a76b9719d911017c592',
    metadata: {},
  })
})

test('who reads an object goes on reading it while it is replaced and deleted', async () => {
  const store = await opened()
  await store.put(at, of('first'))
  const got = await store.get(at)
  await store.put(at, of('second'))
  await store.delete(at)
  expect(await text(got?.body ?? of(''))).toBe('first')
})

test('deleting the last object of a folder removes the folder, never the bucket', async () => {
  const store = await opened()
  await store.put(at, of('x'))
  await store.delete(at)
  expect(readdirSync(join(store.root, bucket))).toEqual([])
})

/** Mounts a disk of 1 MB; undefined where that is not allowed. */
function smallDisk(): string | undefined {
  const folder = temporaryFolder()
  const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder])
  return status === 0 ? folder : undefined
}

const disk = smallDisk()
afterAll(() => {
  if (disk !== undefined) execFileSync('umount', [disk])
  removeFolders()
})

;(disk === undefined ? test.skip : test)('a full disk is ArtifactStoreFull, and nothing is stored', async () => {
  const small = await opened(disk)
  await expect(small.put(at, Readable.from([Buffer.alloc(3_000_000)]))).rejects.toMatchObject({
    code: 'ArtifactStoreFull',
    message: expect.stringContaining('no space is left for artifacts'),
  })
  expect(await small.head(at)).toBeUndefined()
  await small.put(at, of('fits'))
  expect(await small.head(at)).toMatchObject({ size: 4 })
})

describe('encryption at rest', () => {
  const secret = 'a secret that must not be on the disk '.repeat(4000)
  const file = (store: FolderArtifactStore) => join(store.root, bucket, at.key)

  test('nothing of the content is in the file', async () => {
    const store = await opened(undefined, { encryptionKey })
    await store.put(at, of(secret))
    expect(readFileSync(file(store)).includes('secret')).toBe(false)
    expect(await text((await store.get(at))?.body ?? of(''))).toBe(secret)
  })

  const piece = 64 * 1024
  const batch = 16 * piece
  test.each([0, 1, piece - 1, piece, piece + 1, batch - 1, batch, batch + 1, batch + 3 * piece + 5])(
    'of %d bytes every range around the edges of pieces and batches is right',
    async (size) => {
      const store = await opened(undefined, { encryptionKey })
      const bytes = randomBytes(size)
      await store.put(at, Readable.from(size === 0 ? [] : [bytes]))
      const edges = [0, piece, 2 * piece, batch, batch + piece, size].flatMap((edge) => [edge - 1, edge, edge + 1])
      const places = [...new Set(edges)].filter((place) => place >= 0 && place < size)
      for (const start of places) {
        for (const end of places.filter((place) => place >= start)) {
          const got = await store.get(at, { start, end })
          const read = await buffer(got?.body ?? of(''))
          if (!read.equals(bytes.subarray(start, end + 1))) throw new Error(`${start}-${end}: ${read.length} bytes`)
        }
      }
      expect((await buffer((await store.get(at))?.body ?? of('?'))).equals(bytes)).toBe(true)
    },
  )

  test('a file that is cut off while it is read is an error, not a shorter object', async () => {
    const store = await opened(undefined, { encryptionKey })
    await store.put(at, Readable.from([randomBytes(3 * batch)]))
    const got = await store.get(at)
    truncateSync(file(store), 48 + 16 * (piece + 16))
    await expect(buffer(got?.body ?? of(''))).rejects.toMatchObject({ code: 'ArtifactInvalid' })
  })

  const flipped = (at: number) => (bytes: Buffer) => {
    bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at)
    return bytes
  }

  test.each<{ it: string; change: (bytes: Buffer) => Buffer }>([
    { it: 'a changed byte', change: flipped(70_000) },
    { it: 'a cut at a piece', change: (bytes) => bytes.subarray(0, 48 + 65_552) },
    {
      it: 'swapped pieces',
      change: (b) =>
        Buffer.concat([
          b.subarray(0, 48),
          b.subarray(48 + 65_552, 48 + 131_104),
          b.subarray(48, 48 + 65_552),
          b.subarray(48 + 131_104),
        ]),
    },
    { it: 'another salt', change: flipped(20) },
  ])('$it is noticed', async ({ change }) => {
    const store = await opened(undefined, { encryptionKey })
    await store.put(at, of(secret))
    writeFileSync(file(store), change(readFileSync(file(store))))
    const read = async () => {
      const got = await store.get(at)
      return buffer(got?.body ?? of(''))
    }
    await expect(read()).rejects.toMatchObject({
      code: 'ArtifactInvalid',
      message: expect.stringContaining('cannot be decrypted'),
    })
  })

  test("one object's file in another's place is noticed", async () => {
    const store = await opened(undefined, { encryptionKey })
    await store.put(at, of(secret))
    const other = { bucket, key: 'my-pipeline/SourceArti/other' }
    cpSync(file(store), join(store.root, bucket, other.key))
    await expect(store.head(other)).rejects.toMatchObject({ code: 'ArtifactInvalid' })
  })

  test('objects from before the key was set stay readable; sealed ones need their key', async () => {
    const root = temporaryFolder()
    await (await opened(root)).put(at, of('plain'))
    const sealing = await opened(root, { encryptionKey })
    expect(await text((await sealing.get(at))?.body ?? of(''))).toBe('plain')
    await sealing.put(at, of('sealed'))
    await expect((await opened(root)).get(at)).rejects.toThrow('is encrypted, and no key is configured')
    const wrong = await (await opened(root, { encryptionKey: randomBytes(32) })).get(at)
    await expect(buffer(wrong?.body ?? of(''))).rejects.toThrow('sealed with another key')
  })

  test('a key of the wrong length is refused', () => {
    expect(() => new FolderArtifactStore('/tmp', { encryptionKey: randomBytes(16) })).toThrow(
      'has 16 bytes: 32 are needed',
    )
  })
})

test('file descriptors are closed, also of streams that nobody reads', async () => {
  const store = await opened(undefined, { encryptionKey })
  await store.put(at, of('x'.repeat(300_000)))
  const openFiles = () => readdirSync('/proc/self/fd').filter((fd) => isOpen(fd, store.root)).length
  for (let count = 0; count < 5; count++) {
    const body = (await store.get(at))?.body as Readable
    body.destroy()
    await once(body, 'close')
    await store.head(at)
  }
  const deadline = Date.now() + 5000
  while (openFiles() > 0 && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 10))
  expect(openFiles()).toBe(0)
})

function isOpen(fd: string, root: string): boolean {
  try {
    return execFileSync('readlink', [`/proc/${process.pid}/fd/${fd}`], { encoding: 'utf8' }).startsWith(root)
  } catch {
    return false
  }
}

test('files are for the server alone', async () => {
  const store = await opened()
  await store.put(at, of('x'))
  expect(statSync(join(store.root, bucket, at.key)).mode & 0o777).toBe(0o600)
})
