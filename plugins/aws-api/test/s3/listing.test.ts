import { Readable } from 'node:stream'
import { type BucketUnderTest, bucket, readableKey, startBucket, writableKey } from '../support/bucket.js'
import { codeOf, s3Caller, textsOf } from '../support/s3-caller.js'
import { jobKey } from '../support/server.js'

let subject: BucketUnderTest
let denied: string[] = []
const call = s3Caller(() => subject.port)
const keys = ['a', 'b & c', 'b/1', 'b/2/x', 'b/2/y', 'b/3', 'c/ü', readableKey, 'z']

beforeAll(async () => {
  subject = await startBucket({ denies: (action) => denied.includes(action) })
  for (const key of keys) await subject.artifacts.put({ bucket, key }, Readable.from([Buffer.from(key)]))
  // What an upload on its way has there is no object.
  await call('POST', `/${bucket}/b/2/z`, { query: { uploads: '' } })
})
afterAll(() => subject.stop())
beforeEach(() => {
  denied = []
})

const list = (query: Record<string, string>, more = {}) => call('GET', `/${bucket}`, { query, ...more })
const shown = ({ body }: { readonly body: string }) => ({
  keys: textsOf(body, 'Key'),
  prefixes: [...body.matchAll(/<CommonPrefixes><Prefix>([^<]*)</g)].map(([, prefix]) => prefix),
})

test.each<[string, Record<string, string>, string[], string[]]>([
  ['all, without unfinished uploads', {}, keys.map((key) => key.replace('&', '&amp;')), []],
  ['a folder', { prefix: 'b/', delimiter: '/' }, ['b/1', 'b/3'], ['b/2/']],
  ['the root', { delimiter: '/' }, ['a', 'b &amp; c', 'z'], ['b/', 'c/', 'shop/']],
  ['what begins so', { prefix: 'b' }, ['b &amp; c', 'b/1', 'b/2/x', 'b/2/y', 'b/3'], []],
  ['nothing', { prefix: 'nothing' }, [], []],
  ['for XML’s sake encoded', { prefix: 'c/', 'encoding-type': 'url' }, ['c/%C3%BC'], []],
  ['another delimiter', { delimiter: '2' }, ['a', 'b &amp; c', 'b/1', 'b/3', 'c/ü', readableKey, 'z'], ['b/2']],
])('%s, by both versions', async (_, query, expected, prefixes) => {
  for (const version of [{ 'list-type': '2' }, {}]) {
    expect(shown(await list({ ...version, ...query }))).toEqual({ keys: expected, prefixes })
  }
})

test('pages of every size hold everything once, by token and by marker', async () => {
  for (const size of [1, 2, 3, 5, 100]) {
    for (const [ask, answer] of [
      ['continuation-token', 'NextContinuationToken'],
      ['marker', 'NextMarker'],
    ] as const) {
      const found: (string | undefined)[] = []
      for (let next: string | undefined = ''; next !== undefined; ) {
        const version = ask === 'marker' ? {} : { 'list-type': '2' }
        const page = await list({ ...version, delimiter: '/', 'max-keys': String(size), ...(next && { [ask]: next }) })
        const { keys: some, prefixes } = shown(page)
        expect(some.length + prefixes.length).toBeLessThanOrEqual(size)
        found.push(...some, ...prefixes)
        next = textsOf(page.body, answer)[0]?.replace('&amp;', '&')
        expect(textsOf(page.body, 'IsTruncated')).toEqual([String(next !== undefined)])
      }
      expect(found.toSorted()).toEqual(['a', 'b &amp; c', 'b/', 'c/', 'shop/', 'z'])
    }
  }
})

test('start-after, no keys at all, and tokens that are none', async () => {
  expect(shown(await list({ 'list-type': '2', 'start-after': 'b/2/y', 'max-keys': '2' })).keys).toEqual(['b/3', 'c/ü'])
  expect(shown(await list({ 'list-type': '2', 'max-keys': '0' })).keys).toEqual([])
  expect(codeOf(await list({ 'list-type': '2', 'continuation-token': '!' }))).toBe('InvalidArgument')
  expect(codeOf(await list({ 'max-keys': 'all' }))).toBe('InvalidArgument')
})

test('a listing tells size, time and ETag', async () => {
  const { body } = await list({ prefix: 'z' })
  const head = await call('HEAD', `/${bucket}/z`)
  expect([textsOf(body, 'Size'), textsOf(body, 'ETag')]).toEqual([
    ['1'],
    [String(head.headers.etag).replaceAll('"', '&quot;')],
  ])
  expect(new Date(textsOf(body, 'LastModified')[0] ?? '').toUTCString()).toBe(head.headers['last-modified'])
})

describe('rights', () => {
  test('a job sees its own objects, as far as they are there, and no others', async () => {
    const credentials = jobKey
    expect(shown(await list({}, { credentials })).keys).toEqual([readableKey])
    await subject.artifacts.put({ bucket, key: writableKey }, Readable.from([Buffer.from('x')]))
    expect(shown(await list({ 'list-type': '2' }, { credentials })).keys).toEqual([writableKey, readableKey].sort())
    await subject.artifacts.delete({ bucket, key: writableKey })
    expect(codeOf(await call('GET', '/', { credentials }))).toBe('AccessDenied')
    const body = `<Delete><Object><Key>${readableKey}</Key></Object></Delete>`
    expect(codeOf(await call('POST', `/${bucket}`, { credentials, query: { delete: '' }, body }))).toBe('AccessDenied')
  })

  test('who may not list is told nothing', async () => {
    denied = ['s3:ListBucket', 's3:ListAllMyBuckets']
    for (const query of [{}, { 'list-type': '2' }, { uploads: '' }, { location: '' }]) {
      expect(codeOf(await list(query as Record<string, string>))).toBe('AccessDenied')
    }
    expect(codeOf(await call('GET', '/'))).toBe('AccessDenied')
  })

  test('another bucket is none, until a pipeline has put something there', async () => {
    expect(codeOf(await call('GET', '/another-bucket'))).toBe('NoSuchBucket')
    await subject.artifacts.put({ bucket: 'another-bucket', key: 'k' }, Readable.from([Buffer.from('x')]))
    expect(shown(await call('GET', '/another-bucket')).keys).toEqual(['k'])
  })
})

test('many are deleted at once, each by its own right; what is not there is gone', async () => {
  const put = (key: string) => subject.artifacts.put({ bucket, key }, Readable.from([Buffer.from('x')]))
  await Promise.all(['del/1', 'del/2 &'].map(put))
  const objects = ['del/1', 'del/2 &amp;', 'del/none', 'del//odd'].map((key) => `<Object><Key>${key}</Key></Object>`)
  const answer = await call('POST', `/${bucket}`, {
    query: { delete: '' },
    body: `<Delete>${objects.join('')}</Delete>`,
  })
  expect(textsOf(answer.body, 'Key')).toEqual(['del/1', 'del/2 &amp;', 'del/none', 'del//odd'])
  expect(shown(await list({ prefix: 'del/' })).keys).toEqual([])
  denied = ['s3:DeleteObject']
  await put('del/3')
  const body = '<Delete><Quiet>true</Quiet><Object><Key>del/3</Key></Object></Delete>'
  const refused = await call('POST', `/${bucket}`, { query: { delete: '' }, body })
  expect([textsOf(refused.body, 'Code'), textsOf(refused.body, 'Deleted')]).toEqual([['AccessDenied'], []])
  expect(codeOf(await call('POST', `/${bucket}`, { query: { delete: '' }, body: '<Delete/>' }))).toBe('MalformedXML')
  await subject.artifacts.delete({ bucket, key: 'del/3' })
})

test.each(['acl', 'cors', 'encryption', 'lifecycle', 'policy', 'tagging', 'website'])(
  '?%s of the bucket is not served, and is named',
  async (name) => {
    const answer = await list({ [name]: '' })
    expect([answer.status, codeOf(answer)]).toEqual([501, 'NotImplemented'])
    expect(answer.body).toContain(`?${name}`)
  },
)

test.each([
  ['PUT', `/${bucket}`, 'BucketAlreadyOwnedByYou'],
  ['DELETE', `/${bucket}`, 'NotImplemented'],
  ['GET', `//${bucket}/${readableKey}`, 'InvalidBucketName'],
])('%s %s: %s', async (method, path, expected) => {
  expect(codeOf(await call(method, path))).toBe(expected)
})

test('PUT of another bucket makes it, for sources that are uploaded; what keeps its versions is not listed', async () => {
  expect((await call('PUT', '/releases')).status).toBe(200)
  expect(codeOf(await call('PUT', '/releases'))).toBe('BucketAlreadyOwnedByYou')
  expect(shown(await call('GET', '/releases')).keys).toEqual([])
  expect(codeOf(await call('GET', '/releases/.penstock-versions/bucket'))).toBe('InvalidURI')
})

test('?versions: by key, the newest first; pages of every size hold each once; folders are folded', async () => {
  await call('PUT', '/kept')
  await call('PUT', '/kept', {
    query: { versioning: '' },
    body: '<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>',
  })
  const at = (key: string) => ({ bucket: 'kept', key })
  for (const [key, content] of [
    ['a', '1'],
    ['a', '22'],
    ['a', '333'],
    ['d/x', '4'],
    ['d/y', '5'],
    ['z', '6'],
  ] as const)
    await call('PUT', `/${at(key).bucket}/${key}`, { body: content })
  await call('DELETE', '/kept/z')
  const versions = (query: Record<string, string> = {}) => call('GET', '/kept', { query: { versions: '', ...query } })
  const all = (await versions()).body
  expect(textsOf(all, 'Key')).toEqual(['a', 'a', 'a', 'd/x', 'd/y', 'z'])
  expect(textsOf(all, 'Size')).toEqual(['3', '2', '1', '1', '1', '1'])
  expect(textsOf(all, 'IsLatest')).toEqual(['true', 'false', 'false', 'true', 'true', 'false'])
  for (const size of [1, 2, 4]) {
    const ids: string[] = []
    for (let next: Record<string, string> | undefined = {}; next !== undefined; ) {
      const { body }: { readonly body: string } = await versions({ 'max-keys': String(size), ...next })
      ids.push(...textsOf(body, 'VersionId').flatMap((id) => id ?? []))
      const [key] = textsOf(body, 'NextKeyMarker')
      next =
        key === undefined
          ? undefined
          : { 'key-marker': key, 'version-id-marker': textsOf(body, 'NextVersionIdMarker')[0] ?? '' }
    }
    expect(ids).toEqual(textsOf(all, 'VersionId'))
  }
  const folded = await versions({ delimiter: '/', 'max-keys': '4' })
  expect(textsOf(folded.body, 'NextKeyMarker')).toEqual(['d/'])
  expect(textsOf((await versions({ delimiter: '/', 'key-marker': 'd/' })).body, 'Key')).toEqual(['z'])
  expect(textsOf((await versions({ prefix: 'd' })).body, 'Key')).toEqual(['d/x', 'd/y'])
})
