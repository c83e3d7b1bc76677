/** What every ArtifactStore must do. */
import assert from 'node:assert/strict'
import { createHash, randomFillSync } from 'node:crypto'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import type { ArtifactStore, ListOptions } from '../domain/artifact.js'
import { type TestRunner, testRunner } from './runner.js'

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
export function testArtifactStore(name: string, open: () => Promise<StoreUnderTest>, runner?: TestRunner): void {
  const { describe, test } = testRunner(runner)
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
      assert.equal(put.size, 14)
      assert.equal(put.etag, createHash('md5').update('hello artifact').digest('hex'))
      const got = await store.get(at)
      if (got === undefined) throw new Error('nothing was got')
      const { body, ...described } = got
      assert.equal((await buffer(body)).toString(), 'hello artifact')
      assert.deepEqual(described.metadata, { 'codepipeline-artifact-revision-summary': 'first' })
      assert.equal(described.etag, put.etag)
      assert.deepEqual(await store.head(at), described)
      assert.ok(described.modified >= 1_500_000_000_000)
    })

    test('an empty object is an object', async () => {
      const { store, at } = await place()
      await store.put(at, stream())
      const got = await store.get(at)
      assert.equal(got?.size, 0)
      assert.equal((await buffer(got?.body ?? stream('nothing'))).length, 0)
    })

    test('a large object comes back byte for byte, whole and in ranges', async () => {
      const { store, at } = await place()
      const bytes = randomFillSync(Buffer.alloc(6 * 1024 * 1024 + 77))
      const pieces: Buffer[] = []
      for (let at = 0; at < bytes.length; at += 99_991) pieces.push(bytes.subarray(at, at + 99_991))
      const put = await store.put(at, stream(...pieces))
      assert.equal(put.size, bytes.length)
      const read = async (range?: { start: number; end: number }) => {
        const got = await store.get(at, range)
        return got === undefined ? undefined : buffer(got.body)
      }
      assert.equal((await read())?.equals(bytes), true)
      const edge = 64 * 1024
      for (const [start, end] of [
        [0, 0],
        [edge - 1, edge],
        [edge, 2 * edge - 1],
        [bytes.length - 5, bytes.length - 1],
        [5_000_000, 5_300_000],
      ] as const) {
        assert.equal((await read({ start, end }))?.equals(bytes.subarray(start, end + 1)), true)
      }
      assert.equal((await read({ start: bytes.length - 3, end: bytes.length + 1000 }))?.length, 3)
    })

    test('an unknown object is undefined, and may be deleted', async () => {
      const { store, at } = await place()
      assert.equal(await store.get(at), undefined)
      assert.equal(await store.head(at), undefined)
      await store.delete(at)
    })

    test('a second put takes the place of the first, metadata and all', async () => {
      const { store, at } = await place()
      await store.put(at, stream('one'), { a: '1' })
      await store.put(at, stream('two'), { b: '2' })
      const got = await store.get(at)
      assert.equal((await buffer(got?.body ?? stream())).toString(), 'two')
      assert.deepEqual(got?.metadata, { b: '2' })
      assert.equal(got?.etag, createHash('md5').update('two').digest('hex'))
    })

    test('a deleted object is gone', async () => {
      const { store, at } = await place()
      await store.put(at, stream('x'))
      await store.delete(at)
      assert.equal(await store.head(at), undefined)
    })

    test('a listing, where there is one, is in the order of the keys’ bytes, in pages, and of one prefix', async () => {
      const { store, at } = await place()
      if (store.list === undefined) return
      const { bucket, key: base } = at
      // A dot comes before a slash, and U+FB01 before an emoji (UTF-16 has them the other way round).
      const keys = ['a', 'b.c', 'b/c', 'b/d/e', 'b/d.e', 'b0', 'ﬁ', '😀'].map((name) => `${base}/${name}`)
      for (const key of [...keys, `${base}-other`]) await store.put({ bucket, key }, stream(key))
      const sorted = keys.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
      const names = async (options: ListOptions) => (await store.list?.(bucket, options))?.map(({ key }) => key)
      assert.deepEqual(await names({ prefix: `${base}/` }), sorted)
      assert.deepEqual(await names({ prefix: `${base}/b/d` }), [`${base}/b/d.e`, `${base}/b/d/e`])
      const paged: string[] = []
      for (let page = await names({ prefix: `${base}/`, limit: 3 }); page?.length; ) {
        paged.push(...page)
        page = await names({ prefix: `${base}/`, limit: 3, after: paged.at(-1) ?? '' })
      }
      assert.deepEqual(paged, sorted)
      assert.deepEqual(await names({ prefix: `${base}/`, after: `${base}/b/zzz` }), sorted.slice(-3))
      const { metadata: _, ...described } = (await store.head({ bucket, key: `${base}/b0` })) ?? { metadata: {} }
      const [listed] = (await store.list(bucket, { prefix: `${base}/b0` })) ?? []
      assert.deepEqual(listed && { ...listed, modified: 0 }, { ...described, key: `${base}/b0`, modified: 0 })
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
      await assert.rejects(store.put(at, breaking()), /the worker went away/)
      assert.equal(await store.head(at), undefined)
      await store.put(at, stream('whole'))
      await assert.rejects(store.put(at, breaking()), /the worker went away/)
      const got = await store.get(at)
      assert.equal((await buffer(got?.body ?? stream())).toString(), 'whole')
    })

    test('many puts at a time to one key leave one of them, whole', async () => {
      const { store, at } = await place()
      const texts = ['aaaa', 'bbbb', 'cccc', 'dddd', 'eeee']
      await Promise.all(texts.map((text) => store.put(at, stream(text), { text })))
      const got = await store.get(at)
      const text = (await buffer(got?.body ?? stream())).toString()
      assert.equal(texts.includes(text), true)
      assert.deepEqual(got?.metadata, { text })
    })
  })
}
