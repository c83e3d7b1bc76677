import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ArtifactBucket } from '../../src/s3/artifact-bucket.js'
import { Uploads } from '../../src/s3/uploads.js'
import { type BucketUnderTest, bucket, noise, startBucket } from '../support/bucket.js'
import { type RawAnswer } from '../support/raw.js'
import { codeOf, s3Caller, textsOf } from '../support/s3-caller.js'
import { fakeServices, recordingLog, serve } from '../support/server.js'

// Megabytes, on machines that may be busy.
jest.setTimeout(60_000)

let subject: BucketUnderTest
const call = s3Caller(() => subject.port)
const code = codeOf

beforeAll(async () => {
  subject = await startBucket({}, { encryptionKey: Buffer.alloc(32, 7) })
})
afterAll(() => subject.stop())

const at = `/${bucket}/new/parts`
const five = noise(5 * 1024 * 1024)
const begin = async () => /<UploadId>(\w+)</.exec((await call('POST', at, { query: { uploads: '' } })).body)?.[1] ?? ''
const part = (uploadId: string, partNumber: number, body: Buffer | string) =>
  call('PUT', at, {
    query: { partNumber: String(partNumber), uploadId },
    body,
    headers: { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' },
  })
const complete = (uploadId: string, parts: [number, unknown][], headers: Record<string, string> = {}) =>
  call('POST', at, {
    query: { uploadId },
    headers,
    body: `<CompleteMultipartUpload>${parts
      .map(([number, etag]) => `<Part><PartNumber>${number}</PartNumber><ETag>${etag}</ETag></Part>`)
      .join('')}</CompleteMultipartUpload>`,
  })

const partsLeft = async (id: string) => {
  const left = await subject.artifacts.list?.(bucket, { prefix: `.multipart/${id}/` })
  return left?.map(({ key }) => key)
}

test('sent in any order, and one of them twice', async () => {
  const id = await begin()
  const last = await part(id, 3, 'the end')
  await part(id, 1, noise(5 * 1024 * 1024, 9))
  const first = await part(id, 1, five)
  const listed = await call('GET', at, { query: { uploadId: id } })
  expect(listed.body.match(/<PartNumber>\d/g)).toEqual(['<PartNumber>1', '<PartNumber>3'])
  const answer = await complete(id, [
    [1, first.headers.etag],
    [3, String(last.headers.etag).replaceAll('"', '&quot;')],
  ])
  const wanted = createHash('md5')
  for (const data of [five, 'the end']) wanted.update(createHash('md5').update(data).digest())
  expect(answer.body).toContain(`<ETag>&quot;${wanted.digest('hex')}-2&quot;</ETag>`)
  const head = await call('HEAD', at)
  expect(head.headers['content-length']).toBe(String(five.length + 7))
  expect(head.headers.etag).toMatch(/-2"$/)
  const again = await complete(id, [[1, first.headers.etag]])
  expect([again.status, again.body]).toEqual([200, answer.body])
  expect(await partsLeft(id)).toEqual([`.multipart/${id}/upload`])
})

test.each<[string, (id: string, etag: unknown) => Promise<RawAnswer>, string]>([
  [
    'a part that is not there',
    (id, etag) =>
      complete(id, [
        [1, etag],
        [2, etag],
      ]),
    'InvalidPart',
  ],
  ['another ETag', (id) => complete(id, [[1, '"0"']]), 'InvalidPart'],
  [
    'another order',
    (id, etag) =>
      complete(id, [
        [2, etag],
        [1, etag],
      ]),
    'InvalidPartOrder',
  ],
  ['no part', (id) => complete(id, []), 'MalformedXML'],
  ['no number', (id, etag) => complete(id, [['x' as never, etag]]), 'MalformedXML'],
  ['no such upload', (_, etag) => complete('0'.repeat(48), [[1, etag]]), 'NoSuchUpload'],
  ['an id that leads elsewhere', (_, etag) => complete('../../etc', [[1, etag]]), 'NoSuchUpload'],
  ['part number 0', (id) => part(id, 0, 'x'), 'InvalidArgument'],
  ['part number 10001', (id) => part(id, 10_001, 'x'), 'InvalidArgument'],
  ['an upload of another key', (id) => call('GET', `/${bucket}/other`, { query: { uploadId: id } }), 'NoSuchUpload'],
])('%s is refused', async (_, act, expected) => {
  const id = await begin()
  const { headers } = await part(id, 1, 'x')
  expect(code(await act(id, headers.etag))).toBe(expected)
})

test('small parts are for the end only', async () => {
  const id = await begin()
  const [one, two] = [await part(id, 1, 'x'), await part(id, 2, 'y')]
  expect(
    code(
      await complete(id, [
        [1, one.headers.etag],
        [2, two.headers.etag],
      ]),
    ),
  ).toBe('EntityTooSmall')
})

test('thrown away by hand, and after its time', async () => {
  const [first, second] = [await begin(), await begin()]
  expect((await call('DELETE', at, { query: { uploadId: first } })).status).toBe(204)
  expect(code(await part(first, 1, 'x'))).toBe('NoSuchUpload')
  await expect(subject.uploads.expire(Date.now() - 3_600_000)).resolves.toBe(0)
  await expect(subject.uploads.expire(Date.now() + 1000)).resolves.toBeGreaterThan(0)
  expect(code(await part(second, 1, 'x'))).toBe('NoSuchUpload')
})

test('a part is kept in the artifact store, and nowhere else', async () => {
  const id = await begin()
  await part(id, 7, 'of the store')
  expect(await partsLeft(id)).toEqual([`.multipart/${id}/00007`, `.multipart/${id}/upload`])
  expect(readdirSync(join(subject.folder, 'uploads'))).toContain(`${id}.json`)
  for (const path of [`.multipart/${id}/00007`, `.multipart/${id}/upload`]) {
    expect(code(await call('GET', `/${bucket}/${path}`))).toBe('InvalidURI')
  }
})

test('uploads on their way are listed, in pages; finished ones are not', async () => {
  const ids = [await begin(), await begin(), await begin()].sort()
  const { headers } = await part(ids[1] as string, 1, 'x')
  await complete(ids[1] as string, [[1, headers.etag]])
  const list = async (query: Record<string, string>) =>
    (await call('GET', `/${bucket}`, { query: { uploads: '', ...query } })).body
  const all = textsOf(await list({ prefix: 'new/parts' }), 'UploadId')
  expect(all).toEqual(expect.arrayContaining([ids[0], ids[2]]))
  expect(all).not.toContain(ids[1])
  const first = await list({ 'max-uploads': '1' })
  expect([textsOf(first, 'IsTruncated'), textsOf(first, 'UploadId').length]).toEqual([['true'], 1])
  const marker = textsOf(first, 'NextUploadIdMarker')[0] ?? ''
  expect(textsOf(await list({ 'upload-id-marker': marker }), 'UploadId')).not.toContain(marker)
  expect(textsOf(await list({ prefix: 'elsewhere' }), 'UploadId')).toEqual([])
})

test('parts are listed in pages', async () => {
  const id = await begin()
  for (const number of [5, 1, 10_000]) await part(id, number, String(number))
  const list = async (query: Record<string, string>) =>
    (await call('GET', at, { query: { uploadId: id, ...query } })).body
  const first = await list({ 'max-parts': '2' })
  expect(textsOf(first, 'PartNumber')).toEqual(['1', '5'])
  expect(textsOf(first, 'IsTruncated')).toEqual(['true'])
  const second = await list({ 'part-number-marker': '5' })
  expect([textsOf(second, 'PartNumber'), textsOf(second, 'IsTruncated')]).toEqual([['10000'], ['false']])
  expect(code(await call('GET', at, { query: { uploadId: id, 'max-parts': 'many' } }))).toBe('InvalidArgument')
})

test('an upload is finished once, and then neither thrown away nor added to', async () => {
  const id = await begin()
  const { headers } = await part(id, 1, 'all of it')
  const answers = await Promise.all([1, 2, 3].map(() => complete(id, [[1, headers.etag]])))
  expect(new Set(answers.map(({ status, body }) => `${status} ${body}`)).size).toBe(1)
  expect(code(await part(id, 2, 'late'))).toBe('NoSuchUpload')
  expect(code(await call('DELETE', at, { query: { uploadId: id } }))).toBe('NoSuchUpload')
  expect((await call('GET', at)).body).toBe('all of it')
})

test('a part that arrives after its upload was thrown away leaves nothing', async () => {
  const id = await begin()
  const { put } = subject.artifacts
  const arrived = jest.spyOn(subject.artifacts, 'put').mockImplementationOnce(async (...given) => {
    const stored = await put.apply(subject.artifacts, given)
    await subject.uploads.abort(id, bucket)
    return stored
  })
  expect(code(await part(id, 1, 'late'))).toBe('NoSuchUpload')
  arrived.mockRestore()
  expect(await partsLeft(id)).toEqual([])
})

test('the checksums of all parts make one of the whole, as S3 makes it', async () => {
  const id = await begin()
  const digest = (data: Buffer | string) => createHash('sha256').update(data).digest('base64')
  const sums = { 'x-amz-checksum-sha256': digest('abc'), 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' }
  const query = { partNumber: '1', uploadId: id }
  const { headers } = await call('PUT', at, { query, body: 'abc', headers: sums })
  const wanted = `${digest(Buffer.from(digest('abc'), 'base64'))}-1`
  const answer = await complete(id, [[1, headers.etag]])
  expect(textsOf(answer.body, 'ChecksumSHA256')).toEqual([wanted])
  const head = await call('HEAD', at, { headers: { 'x-amz-checksum-mode': 'ENABLED' } })
  expect(head.headers['x-amz-checksum-sha256']).toBe(wanted)
})

test.each<[string, Record<string, string>, string]>([
  ['another size of the whole', { 'x-amz-mp-object-size': '2' }, 'InvalidRequest'],
  ['another checksum of the whole', { 'x-amz-checksum-crc32': 'AAAAAA==' }, 'BadDigest'],
  ['the condition that there be none', { 'if-none-match': '*' }, 'PreconditionFailed'],
  ['the condition that it be another', { 'if-match': '"0"' }, 'PreconditionFailed'],
])('%s is refused, and the upload can still be finished', async (_, headers, expected) => {
  const first = await begin()
  await complete(first, [[1, (await part(first, 1, 'there already')).headers.etag]])
  const id = await begin()
  const { headers: sent } = await part(id, 1, 'x')
  expect(code(await complete(id, [[1, sent.etag]], headers))).toBe(expected)
  expect((await call('GET', at)).body).toBe('there already')
  expect((await complete(id, [[1, sent.etag]])).status).toBe(200)
})

test('of an encrypted store no byte of a part is on the disk in clear, before the upload is finished or after', async () => {
  const id = await begin()
  const { headers } = await part(id, 1, 'VERY CLEAR '.repeat(20_000))
  const clear = () =>
    readdirSync(subject.folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .filter((entry) => readFileSync(join(entry.parentPath, entry.name)).includes('VERY CLEAR'))
  expect(clear()).toEqual([])
  await complete(id, [[1, headers.etag]])
  expect(clear()).toEqual([])
  expect((await call('GET', at)).body.startsWith('VERY CLEAR')).toBe(true)
})

test('another server on the same store goes on with an upload, and finishes it', async () => {
  const id = await begin()
  const { headers } = await part(id, 1, 'begun here')
  const services = { ...fakeServices({}), artifacts: subject.artifacts }
  const uploads = new Uploads(subject.artifacts, join(subject.folder, 'of another server'))
  const bucketOfAnother = new ArtifactBucket(services, uploads, recordingLog())
  const another = await serve((request, response) => bucketOfAnother.handle(request, response))
  const there = s3Caller(() => another.port)
  expect(textsOf((await there('GET', at, { query: { uploadId: id } })).body, 'PartNumber')).toEqual(['1'])
  const body = `<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>${headers.etag}</ETag></Part></CompleteMultipartUpload>`
  expect((await there('POST', at, { query: { uploadId: id }, body })).status).toBe(200)
  expect((await call('GET', at)).body).toBe('begun here')
  expect(await partsLeft(id)).toEqual([`.multipart/${id}/upload`])
  await another.stop()
})

test('what is left of an upload is thrown away after its time, also what an older server left', async () => {
  const id = await begin()
  await part(id, 1, 'never finished')
  mkdirSync(join(subject.folder, 'uploads', 'c'.repeat(48)))
  writeFileSync(join(subject.folder, 'uploads', 'c'.repeat(48), 'data-1-x'), 'x')
  expect(await subject.uploads.expire(Date.now() + 60_000)).toBeGreaterThan(1)
  expect(await partsLeft(id)).toEqual([])
  expect(readdirSync(join(subject.folder, 'uploads'))).toEqual([])
})
