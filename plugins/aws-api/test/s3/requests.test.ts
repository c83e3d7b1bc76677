import { createHash } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { sign, type ToSign } from '../sigv4/signer.js'
import { type BucketUnderTest, bucket, noise, readableKey, startBucket } from '../support/bucket.js'
import { eventually } from '../support/eventually.js'
import { type RawAnswer, send } from '../support/raw.js'
import { accountId, key, region } from '../support/server.js'

// Processes and megabytes, on machines that may be busy.
jest.setTimeout(60_000)

let subject: BucketUnderTest
let denied: string[] = []
const object = `/${bucket}/${readableKey}`

beforeAll(async () => {
  subject = await startBucket({ denies: (action) => denied.includes(action) })
  await subject.artifacts.put({ bucket, key: readableKey }, Readable.from([noise(1000)]))
})
afterAll(() => subject.stop())
beforeEach(() => {
  denied = []
  subject.audited.length = 0
})

interface Request extends ToSign {
  readonly unsigned?: boolean
  readonly host?: string
}

/** One signed S3 request; `sent` instead of the body that was signed. */
async function call(method: string, path: string, options: Request = {}, sent = options.body): Promise<RawAnswer> {
  const host = options.host ?? `127.0.0.1:${subject.port}`
  const query = new URLSearchParams(options.query as Record<string, string> | undefined).toString()
  const toSign = { ...options, method, path, service: 's3', headers: lengthened(options) }
  const headers = options.unsigned ? { host } : await sign(host, toSign)
  return send(subject.port, {
    method,
    path: query === '' ? path : `${path}?${query}`,
    headers,
    ...(sent === undefined ? {} : { body: sent }),
  })
}
const lengthened = ({ body, headers }: Request) =>
  body === undefined ? (headers ?? {}) : { 'content-length': String(Buffer.byteLength(body)), ...headers }
const code = ({ body }: RawAnswer) => /<Code>(\w+)<\/Code>/.exec(body)?.[1]

describe('reading', () => {
  test.each<[string, string, number, string | undefined, number]>([
    ['the first bytes', 'bytes=0-9', 206, 'bytes 0-9/1000', 10],
    ['from a byte on', 'bytes=990-', 206, 'bytes 990-999/1000', 10],
    ['the last bytes', 'bytes=-10', 206, 'bytes 990-999/1000', 10],
    ['more than there is', 'bytes=990-5000', 206, 'bytes 990-999/1000', 10],
    ['more last bytes than there are', 'bytes=-5000', 206, 'bytes 0-999/1000', 1000],
    ['backwards, which is no range', 'bytes=9-0', 200, undefined, 1000],
    ['several ranges, which are not served', 'bytes=0-1,5-6', 200, undefined, 1000],
    ['another unit', 'lines=0-1', 200, undefined, 1000],
  ])('%s', async (_, range, status, contentRange, length) => {
    const answer = await call('GET', object, { headers: { range } })
    expect(answer.status).toBe(status)
    expect(answer.headers['content-range']).toBe(contentRange)
    expect(answer.headers['content-length']).toBe(String(length))
  })

  test('beyond the end', async () => {
    const answer = await call('GET', object, { headers: { range: 'bytes=1000-' } })
    expect([answer.status, code(answer), answer.headers['content-range']]).toEqual([
      416,
      'InvalidRange',
      'bytes */1000',
    ])
  })

  const past = 'Sat, 01 Jan 2000 00:00:00 GMT'
  const future = 'Tue, 01 Jan 2030 00:00:00 GMT'
  const etag = `"${createHash('md5').update(noise(1000)).digest('hex')}"`
  test.each<[Record<string, string>, number]>([
    [{ 'if-match': etag }, 200],
    [{ 'if-match': '*' }, 200],
    [{ 'if-match': '"0"' }, 412],
    [{ 'if-match': `"0", ${etag}`, 'if-unmodified-since': past }, 200],
    [{ 'if-none-match': etag }, 304],
    [{ 'if-none-match': '"0"', 'if-modified-since': future }, 200],
    [{ 'if-modified-since': future }, 304],
    [{ 'if-modified-since': past }, 200],
    [{ 'if-modified-since': 'yesterday' }, 200],
    [{ 'if-unmodified-since': past }, 412],
    [{ 'if-unmodified-since': future }, 200],
  ])('%j: %d', async (headers, status) => {
    expect((await call('GET', object, { headers })).status).toBe(status)
    expect((await call('HEAD', object, { headers })).status).toBe(status)
  })

  test('what is not there', async () => {
    const answer = await call('GET', `/${bucket}/nothing`)
    expect([answer.status, code(answer)]).toEqual([404, 'NoSuchKey'])
    expect(answer.headers['content-type']).toBe('application/xml')
    expect(await call('HEAD', `/${bucket}/nothing`)).toMatchObject({ status: 404, body: '' })
    expect(code(await call('GET', object, { query: { versionId: 'x' } }))).toBe('NoSuchVersion')
  })

  test('by virtual host', async () => {
    const answer = await call('GET', `/${readableKey}`, { host: `${bucket}.localhost:${subject.port}` })
    expect([answer.status, answer.headers['content-length']]).toEqual([200, '1000'])
  })

  test.each(['..', 'a/../b', 'a//b', './a', 'a%00b', `${'x'.repeat(1025)}`])('no key is %s', async (key) => {
    const path = `/${bucket}/${key}`
    expect((await call('GET', path)).status).toBe(400)
    expect((await call('PUT', path, { body: 'x' })).status).toBe(400)
    expect(readdirSync(subject.folder).sort()).toEqual(['artifacts'])
  })
})

describe('writing', () => {
  const at = `/${bucket}/new/object`
  const md5 = (text: string) => createHash('md5').update(text).digest('base64')
  const put = (body: string, headers: Record<string, string>, sent?: string) => call('PUT', at, { body, headers }, sent)
  const there = () => subject.artifacts.head({ bucket, key: 'new/object' })
  afterEach(() => subject.artifacts.delete({ bucket, key: 'new/object' }))

  test.each<[string, Record<string, string>, string]>([
    ['another MD5', { 'content-md5': md5('other') }, 'BadDigest'],
    ['no MD5 at all', { 'content-md5': 'rubbish' }, 'InvalidDigest'],
    ['another CRC', { 'x-amz-checksum-crc32': 'AAAAAA==' }, 'BadDigest'],
    ['a trailer that cannot be', { 'x-amz-trailer': 'x-amz-checksum-crc32' }, 'InvalidArgument'],
    ['another object to copy', { 'x-amz-copy-source': '/a/b' }, 'NotImplemented'],
    ['metadata without end', { 'x-amz-meta-a': 'x'.repeat(2049) }, 'MetadataTooLarge'],
  ])('%s is refused, and nothing is kept', async (_, headers, expected) => {
    expect(code(await put('hello', headers))).toBe(expected)
    expect(await there()).toBeUndefined()
  })

  test('another body than was signed is refused, and nothing is kept', async () => {
    expect(code(await put('hello', {}, 'hullo'))).toBe('XAmzContentSHA256Mismatch')
    expect(await there()).toBeUndefined()
  })

  test('a body that breaks off is not kept', async () => {
    const headers = { 'content-length': '1000', 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' }
    const host = `127.0.0.1:${subject.port}`
    const signed = await sign(host, { method: 'PUT', path: at, service: 's3', headers })
    const unfinished = () => readdirSync(join(subject.folder, 'artifacts', '.tmp')).length
    const sent = request({ host: '127.0.0.1', port: subject.port, method: 'PUT', path: at, headers: signed })
    sent.on('error', () => {})
    sent.write(noise(500))
    await eventually(() => unfinished() === 1)
    sent.destroy()
    await eventually(() => unfinished() === 0)
    expect(await there()).toBeUndefined()
    expect(subject.log.lines.filter(({ level }) => level === 'error')).toEqual([])
  })

  test('what was said of it is told again', async () => {
    const headers = {
      'content-type': 'application/zip',
      'x-amz-meta-note': 'hi',
      'content-encoding': 'gzip,aws-chunked',
    }
    await put('hello', headers)
    const answer = await call('GET', at, { headers: { 'x-amz-checksum-mode': 'ENABLED' } })
    expect(answer).toMatchObject({
      body: 'hello',
      headers: { 'content-type': 'application/zip', 'x-amz-meta-note': 'hi', 'content-encoding': 'gzip' },
    })
  })

  test('If-None-Match: * keeps what is there', async () => {
    expect((await put('one', { 'if-none-match': '*' })).status).toBe(200)
    expect(code(await put('two', { 'if-none-match': '*' }))).toBe('PreconditionFailed')
  })

  test('deleting is for those whose policy says so, and is in the audit log', async () => {
    await put('hello', {})
    denied = ['s3:DeleteObject']
    expect((await call('DELETE', at)).status).toBe(403)
    denied = []
    expect((await call('DELETE', at)).status).toBe(204)
    expect(await there()).toBeUndefined()
    const target = `arn:aws:s3:::${bucket}/new/object`
    expect(subject.audited.map(({ operation, result, target }) => [operation, result, target])).toEqual([
      ['s3:PutObject', 'ok', target],
      ['s3', 'AccessDenied', target],
      ['s3:DeleteObject', 'ok', target],
    ])
  })
})

describe('in parts', () => {
  const at = `/${bucket}/new/parts`
  const five = noise(5 * 1024 * 1024)
  const begin = async () =>
    /<UploadId>(\w+)</.exec((await call('POST', at, { query: { uploads: '' } })).body)?.[1] ?? ''
  const part = (uploadId: string, partNumber: number, body: Buffer | string) =>
    call('PUT', at, {
      query: { partNumber: String(partNumber), uploadId },
      body,
      headers: { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' },
    })
  const complete = (uploadId: string, parts: [number, unknown][]) =>
    call('POST', at, {
      query: { uploadId },
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
})

describe('who is refused', () => {
  const other = { ...key, secretAccessKey: 'wrong' }
  test.each<[string, Request, number, string]>([
    ['nobody', { unsigned: true }, 403, 'AccessDenied'],
    ['an unknown key', { credentials: { ...key, accessKeyId: 'AKIANOBODY' } }, 403, 'InvalidAccessKeyId'],
    ['a wrong secret', { credentials: other }, 403, 'SignatureDoesNotMatch'],
    ['an old request', { at: new Date(Date.now() - 3_600_000) }, 403, 'RequestTimeTooSkewed'],
    ['another region', { region: 'us-east-1' }, 400, 'AuthorizationHeaderMalformed'],
  ])('%s', async (_, options, status, expected) => {
    const answer = await call('GET', object, options)
    expect([answer.status, code(answer)]).toEqual([status, expected])
  })

  test('another region is told the right one', async () => {
    const answer = await call('GET', object, { region: 'us-east-1' })
    expect(answer.headers['x-amz-bucket-region']).toBe(region)
    expect(answer.body).toContain(`<Region>${region}</Region>`)
  })

  test.each(['acl', 'tagging', 'torrent'])('?%s is not served', async (name) => {
    expect((await call('GET', object, { query: { [name]: '' } })).status).toBe(501)
  })

  test('a defect of the store is not told', async () => {
    const broken = await startBucket()
    broken.artifacts.head = async () => {
      throw new Error(`/var/lib/secret of ${accountId}`)
    }
    const host = `127.0.0.1:${broken.port}`
    const headers = await sign(host, { method: 'GET', path: object, service: 's3' })
    const answer = await send(broken.port, { method: 'GET', path: object, headers })
    expect([answer.status, code(answer)]).toEqual([500, 'InternalError'])
    expect(answer.body).not.toContain('secret')
    expect(broken.log.lines).toMatchObject([{ level: 'error' }])
    await broken.stop()
  })
})
