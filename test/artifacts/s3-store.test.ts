/** The S3 store over HTTP: the real SDK against the artifact bucket that Penstock itself serves. */
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { S3ArtifactStore } from '../../core/src/artifacts/s3-store.js'
import { testArtifactStore } from '../../core/src/testkit/artifact-store-contract.js'
import { type BucketUnderTest, bucket, startBucket } from '../../plugins/aws-api/test/support/bucket.js'
import { key, region } from '../../plugins/aws-api/test/support/server.js'

let server: BucketUnderTest
let store: S3ArtifactStore

beforeAll(async () => {
  server = await startBucket()
  store = open()
})
afterAll(async () => {
  await store.close()
  await server.stop()
})

function open(options: Partial<ConstructorParameters<typeof S3ArtifactStore>[0]> = {}): S3ArtifactStore {
  const { accessKeyId, secretAccessKey } = key
  return new S3ArtifactStore({ region, endpoint: server.endpoint, accessKeyId, secretAccessKey, ...options })
}

testArtifactStore('S3', async () => ({ store, bucket }))

test('an object of many parts comes back whole', async () => {
  const at = { bucket, key: 'pipeline/Large/parts' }
  const piece = Buffer.alloc(1024 * 1024, 'piece ')
  const put = await store.put(at, Readable.from(Array.from({ length: 20 }, () => piece)))
  expect(put).toMatchObject({ size: 20 * piece.length, etag: expect.stringMatching(/^[0-9a-f]{32}-3$/) })
  const tail = await store.get(at, { start: put.size - 4, end: put.size - 1 })
  expect(tail?.size).toBe(put.size)
  expect(await text(tail?.body ?? Readable.from([]))).toBe(piece.subarray(-4).toString())
})

test('what lies past the end is nothing', async () => {
  const at = { bucket, key: 'pipeline/Small/past' }
  await store.put(at, Readable.from([Buffer.from('abc')]))
  const got = await store.get(at, { start: 10, end: 20 })
  expect(got?.size).toBe(3)
  expect(await text(got?.body ?? Readable.from(['?']))).toBe('')
})

test('refusals name the object', async () => {
  const wrong = open({ secretAccessKey: 'x'.repeat(40) })
  const at = { bucket, key: 'pipeline/Small/refused' }
  await expect(wrong.put(at, Readable.from([Buffer.from('x')]))).rejects.toThrow(`s3://${bucket}/${at.key}: `)
  await expect(wrong.get(at)).rejects.toThrow(`s3://${bucket}/${at.key}: `)
  await wrong.close()
})

test('one bucket can hold them all, under the bucket that they belong to', async () => {
  const one = open({ bucket })
  await one.put({ bucket: 'another-bucket', key: 'a/b/c' }, Readable.from([Buffer.from('x')]))
  expect(await store.head({ bucket, key: 'another-bucket/a/b/c' })).toMatchObject({ size: 1 })
  await one.close()
})
