import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { isS3Request } from '../../src/s3/route.js'
import { sign } from '../sigv4/signer.js'
import { type BucketUnderTest, bucket, noise, readableKey, startBucket } from '../support/bucket.js'
import { eventually } from '../support/eventually.js'
import { send } from '../support/raw.js'
import { codeOf, type S3Call, s3Caller } from '../support/s3-caller.js'
import { accountId, identity, key, region } from '../support/server.js'

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

const call = s3Caller(() => subject.port)
const code = codeOf

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

describe('who is refused', () => {
  const other = { ...key, secretAccessKey: 'wrong' }
  test.each<[string, S3Call, number, string]>([
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

  test('an object that was changed on the disk breaks off, and the log says so', async () => {
    const sealed = await startBucket({}, { encryptionKey: Buffer.alloc(32, 7) })
    await sealed.artifacts.put({ bucket, key: readableKey }, Readable.from([noise(3_000_000)]))
    const file = join(sealed.folder, 'artifacts', bucket, readableKey)
    const bytes = readFileSync(file)
    bytes.writeUInt8(bytes.readUInt8(2_500_000) ^ 1, 2_500_000)
    const { atime, mtime } = statSync(file)
    writeFileSync(file, bytes)
    utimesSync(file, atime, mtime)
    const host = `127.0.0.1:${sealed.port}`
    const headers = await sign(host, { method: 'GET', path: object, service: 's3' })
    await expect(send(sealed.port, { method: 'GET', path: object, headers })).rejects.toThrow()
    expect(JSON.stringify(sealed.log.lines)).toContain('cannot be decrypted')
    await sealed.stop()
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

test.each([
  ['in an address', `${object}?AWSAccessKeyId=AKIA&Signature=c2ln&Expires=1900000000`, {}],
  ['in a header', object, { authorization: 'AWS AKIA:c2ln' }],
])('a signature of version 2 %s is told what to use instead', async (_, path, headers: Record<string, string>) => {
  const answer = await send(subject.port, { method: 'GET', path, headers })
  expect([answer.status, code(answer)]).toEqual([400, 'InvalidRequest'])
  expect(answer.body).toContain('Please use AWS4-HMAC-SHA256.')
  expect(isS3Request({ url: path, headers } as never, identity)).toBe(true)
})
