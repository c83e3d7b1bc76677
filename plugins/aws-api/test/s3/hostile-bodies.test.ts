/** Bodies that are not what their headers say, and connections that go silent. Nothing of them is kept. */
import { readdirSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { ArtifactBucket } from '../../src/s3/artifact-bucket.js'
import { presign, sign } from '../sigv4/signer.js'
import { type BucketUnderTest, bucket, startBucket } from '../support/bucket.js'
import { eventually } from '../support/eventually.js'
import { codeOf, s3Caller } from '../support/s3-caller.js'
import { fakeServices, recordingLog, serve } from '../support/server.js'

let subject: BucketUnderTest
const path = `/${bucket}/hostile/object`
const call = s3Caller(() => subject.port)

beforeAll(async () => {
  subject = await startBucket()
})
afterAll(() => subject.stop())
afterEach(async () => {
  expect(await subject.artifacts.head({ bucket, key: 'hostile/object' })).toBeUndefined()
})

const crc = 'x-amz-checksum-crc32'
const right = `${crc}:NhCmhg==\r\n`

function trailing(
  trailer: string,
  headers: Record<string, string> = { 'x-amz-trailer': crc },
  chunks = '5\r\nhello\r\n',
) {
  return call('PUT', path, {
    body: `${chunks}0\r\n${trailer}\r\n`,
    headers: {
      'x-amz-content-sha256': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
      'x-amz-decoded-content-length': '5',
      ...headers,
    },
  })
}

test.each<[string, Parameters<typeof trailing>, string]>([
  ['no trailer where one is announced', [''], 'MalformedTrailerError'],
  ['a trailer that was not announced', [right, {}], 'MalformedTrailerError'],
  ['another trailer than announced', ['x-amz-checksum-sha1:qvTGHdzF6KLavt4PO0gs2a6pQ00=\r\n'], 'MalformedTrailerError'],
  ['a wrong checksum', [`${crc}:AAAAAA==\r\n`], 'BadDigest'],
  ['fewer bytes than announced', [right, { 'x-amz-trailer': crc }, '4\r\nhell\r\n'], 'IncompleteBody'],
  ['more bytes than announced', [right, { 'x-amz-trailer': crc }, '6\r\nhello!\r\n'], 'IncompleteBody'],
  ['a trailer that is no checksum', ['x-amz-meta-a:b\r\n', { 'x-amz-trailer': 'x-amz-meta-a' }], 'InvalidArgument'],
])('%s', async (_, given, expected) => {
  expect(codeOf(await trailing(...given))).toBe(expected)
})

test.each<[string, Record<string, string>, string]>([
  ['a checksum that cannot be one', { 'x-amz-checksum-crc32': 'zz' }, 'InvalidRequest'],
  ['a key of the client’s own', { 'x-amz-server-side-encryption-customer-algorithm': 'AES256' }, 'NotImplemented'],
  ['an encryption that there is not', { 'x-amz-server-side-encryption': 'rot13' }, 'InvalidArgument'],
  ['an object lock', { 'x-amz-object-lock-mode': 'GOVERNANCE' }, 'InvalidRequest'],
  ['an open ACL', { 'x-amz-acl': 'public-read' }, 'AccessControlListNotSupported'],
  ['a grant', { 'x-amz-grant-read': 'id=1' }, 'AccessControlListNotSupported'],
  ['tags', { 'x-amz-tagging': 'a=b' }, 'NotImplemented'],
  ['another owner’s bucket', { 'x-amz-expected-bucket-owner': '111111111111' }, 'AccessDenied'],
  ['a condition that writes do not know', { 'if-none-match': '"0"' }, 'NotImplemented'],
  ['the condition that it be there', { 'if-match': '*' }, 'NoSuchKey'],
])('%s is refused rather than forgotten', async (_, headers, expected) => {
  expect(codeOf(await call('PUT', path, { body: 'x', headers }))).toBe(expected)
})

test('what a presigned URL says in its query counts as a header', async () => {
  const host = `127.0.0.1:${subject.port}`
  const at = `/${bucket}/hostile/presigned`
  const unsigned = { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' }
  const send = async (query: Record<string, string>) => {
    const url = await presign(host, { method: 'PUT', path: at, service: 's3', query, headers: unsigned }, 60)
    return fetch(`http://${host}${at}?${url}`, { method: 'PUT', body: 'x' })
  }
  const kept = await send({
    'x-amz-server-side-encryption': 'aws:kms',
    'x-amz-meta-by': 'url',
    'x-amz-checksum-crc32': 'AAAAAA==',
  })
  expect([kept.status, kept.headers.get('x-amz-server-side-encryption')]).toEqual([200, 'aws:kms'])
  expect((await call('HEAD', at)).headers['x-amz-meta-by']).toBe('url')
  expect(await (await send({ 'x-amz-acl': 'public-read' })).text()).toContain('AccessControlListNotSupported')
})

test('two writes at a time that both want to be the first are not both', async () => {
  const at = `/${bucket}/hostile/first`
  const put = () => call('PUT', at, { body: 'x', headers: { 'if-none-match': '*' } })
  const answers = await Promise.all([put(), put(), put()])
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
  for (const answer of answers.filter(({ status }) => status !== 200)) {
    expect(['ConditionalRequestConflict', 'PreconditionFailed']).toContain(codeOf(answer))
  }
})

test('a body that stops coming is given up, and told why', async () => {
  const log = recordingLog()
  const services = { ...fakeServices({}), artifacts: subject.artifacts }
  const impatient = new ArtifactBucket(services, subject.uploads, log, 100)
  const running = await serve((request, response) => impatient.handle(request, response))
  const host = `127.0.0.1:${running.port}`
  const headers = { 'content-length': '1000', 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' }
  const signed = await sign(host, { method: 'PUT', path, service: 's3', headers })
  const socket = connect(running.port, '127.0.0.1')
  const lines = Object.entries(signed).map(([name, value]) => `${name}: ${value}\r\n`)
  socket.write(`PUT ${path} HTTP/1.1\r\n${lines.join('')}\r\nbeginning`)
  const answered = text(socket)
  await eventually(() => socket.bytesRead > 0)
  socket.destroySoon()
  expect(await answered).toMatch(/^HTTP\/1\.1 400 [\s\S]*<Code>RequestTimeout</)
  expect(readdirSync(join(subject.folder, 'artifacts', '.tmp'))).toEqual([])
  expect(log.lines.filter(({ level }) => level === 'error')).toEqual([])
  await running.stop()
})
