/** What every ArtifactStore must do. Runs inside a test runner with jest's globals. */
import { createHash, randomFillSync } from 'node:crypto'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import type { ArtifactStore } from '../domain/artifact.js'

/** The part of jest that the suite needs, so that the kit has no dependency on a runner. */
interface Runner {
  describe(name: string, body: () => void): void
  test(name: string, body: () => Promise<void>): void
  expect(value: unknown): {
    toBe(expected: unknown): void
    toEqual(expected: unknown): void
    toBeUndefined(): void
    toBeGreaterThanOrEqual(expected: number): void
    readonly rejects: { toThrow(message?: string): Promise<void> }
  }
}

/**
 * The store under test and a bucket that is there.
 * @example
 * const under: StoreUnderTest = { store: api.server.artifacts, bucket: 'b' }
 */
export interface StoreUnderTest {
  readonly store: ArtifactStore
  readonly bucket: string
}

/**
 * Declares the contract's tests. `open` is called once for each test; keys are made up so that runs do not meet.
 * @example
 * const store = new FolderArtifactStore('/tmp/artifacts')
 * testArtifactStore('folder', async () => ({ store, bucket: 'my-bucket' }))
 */
export function testArtifactStore(name: string, open: () => Promise<StoreUnderTest>): void {
  const { describe, test, expect } = globalThis as unknown as Runner
  const stream = (...pieces: (string | Buffer)[]) => Readable.from(pieces.map((piece) => Buffer.from(piece)))
  const newKey = () => `pipeline/Source/${createHash('md5').update(`${process.hrtime.bigint()}`).digest('hex')}`
  const place = async () => {
    const { store, bucket } = await open()
    return { store, at: { bucket, key: newKey() } }
  }

  describe(`ArtifactStore contract: ${name}`, () => {
    test('what was put is got back, with size, etag, time and metadata', async () => {
      const { store, at } = await place()
      const put = await store.put(at, stream('hello ', 'artifact'), {
        'codepipeline-artifact-revision-summary': 'first',
      })
      expect(put.size).toBe(14)
      expect(put.etag).toBe(createHash('md5').update('hello artifact').digest('hex'))
      const got = await store.get(at)
      if (got === undefined) throw new Error('nothing was got')
      const { body, ...described } = got
      expect((await buffer(body)).toString()).toBe('hello artifact')
      expect(described.metadata).toEqual({ 'codepipeline-artifact-revision-summary': 'first' })
      expect(described.etag).toBe(put.etag)
      expect(await store.head(at)).toEqual(described)
      expect(described.modified).toBeGreaterThanOrEqual(1_500_000_000_000)
    })

    test('an empty object is an object', async () => {
      const { store, at } = await place()
      await store.put(at, stream())
      const got = await store.get(at)
      expect(got?.size).toBe(0)
      expect((await buffer(got?.body ?? stream('nothing'))).length).toBe(0)
    })

    test('a large object comes back byte for byte, whole and in ranges', async () => {
      const { store, at } = await place()
      const bytes = randomFillSync(Buffer.alloc(6 * 1024 * 1024 + 77))
      const pieces: Buffer[] = []
      for (let at = 0; at < bytes.length; at += 99_991) pieces.push(bytes.subarray(at, at + 99_991))
      const put = await store.put(at, stream(...pieces))
      expect(put.size).toBe(bytes.length)
      const read = async (range?: { start: number; end: number }) => {
        const got = await store.get(at, range)
        return got === undefined ? undefined : buffer(got.body)
      }
      expect((await read())?.equals(bytes)).toBe(true)
      const edge = 64 * 1024
      for (const [start, end] of [
        [0, 0],
        [edge - 1, edge],
        [edge, 2 * edge - 1],
        [bytes.length - 5, bytes.length - 1],
        [5_000_000, 5_300_000],
      ] as const) {
        expect((await read({ start, end }))?.equals(bytes.subarray(start, end + 1))).toBe(true)
      }
      expect((await read({ start: bytes.length - 3, end: bytes.length + 1000 }))?.length).toBe(3)
    })

    test('an unknown object is undefined, and may be deleted', async () => {
      const { store, at } = await place()
      expect(await store.get(at)).toBeUndefined()
      expect(await store.head(at)).toBeUndefined()
      await store.delete(at)
    })

    test('a second put takes the place of the first, metadata and all', async () => {
      const { store, at } = await place()
      await store.put(at, stream('one'), { a: '1' })
      await store.put(at, stream('two'), { b: '2' })
      const got = await store.get(at)
      expect((await buffer(got?.body ?? stream())).toString()).toBe('two')
      expect(got?.metadata).toEqual({ b: '2' })
      expect(got?.etag).toBe(createHash('md5').update('two').digest('hex'))
    })

    test('a deleted object is gone', async () => {
      const { store, at } = await place()
      await store.put(at, stream('x'))
      await store.delete(at)
      expect(await store.head(at)).toBeUndefined()
    })

    test('a stream that breaks stores nothing and leaves what was there', async () => {
      const { store, at } = await place()
      const breaking = () =>
        Readable.from(
          (async function* () {
            yield Buffer.from('half of it')
            throw new Error('the worker went away')
          })(),
        )
      await expect(store.put(at, breaking())).rejects.toThrow('the worker went away')
      expect(await store.head(at)).toBeUndefined()
      await store.put(at, stream('whole'))
      await expect(store.put(at, breaking())).rejects.toThrow('the worker went away')
      const got = await store.get(at)
      expect((await buffer(got?.body ?? stream())).toString()).toBe('whole')
    })

    test('many puts at a time to one key leave one of them, whole', async () => {
      const { store, at } = await place()
      const texts = ['aaaa', 'bbbb', 'cccc', 'dddd', 'eeee']
      await Promise.all(texts.map((text) => store.put(at, stream(text), { text })))
      const got = await store.get(at)
      const text = (await buffer(got?.body ?? stream())).toString()
      expect(texts.includes(text)).toBe(true)
      expect(got?.metadata).toEqual({ text })
    })
  })
}
