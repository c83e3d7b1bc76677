import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { ObjectVersions } from '@penstock/core'
import { FakeClock, FolderArtifactStore, runAction } from '@penstock/core/testkit'
import { CloudBuckets } from '../src/cloud-buckets.js'
import { OwnBuckets } from '../src/own-buckets.js'
import { s3Deploy } from '../src/provider.js'

const work = mkdtempSync(join(tmpdir(), 'penstock-s3-deploy-'))
const store = new FolderArtifactStore(join(work, 'store'))
const site = join(work, 'site')
const none = { find: async () => undefined }
const own = () => s3Deploy(none, new OwnBuckets(() => store))

beforeAll(async () => {
  await new ObjectVersions(store).create('site')
  mkdirSync(join(site, 'css'), { recursive: true })
  writeFileSync(join(site, 'index.html'), '<p>hello</p>')
  writeFileSync(join(site, 'css/site.css'), 'p {}')
  writeFileSync(join(site, 'run'), '#!/bin/sh\n', { mode: 0o755 })
  symlinkSync('index.html', join(site, 'home.html'))
  symlinkSync('css', join(site, 'styles'))
  symlinkSync('/etc/hostname', join(site, 'outside'))
})
afterAll(() => rmSync(work, { recursive: true, force: true }))

async function stored(key: string) {
  const found = await store.get({ bucket: 'site', key })
  return found && { text: (await buffer(found.body as NodeJS.ReadableStream)).toString(), metadata: found.metadata }
}

test('files are extracted under the key, with their types and the cache header', async () => {
  const run = await runAction(own(), {
    configuration: { BucketName: 'site', Extract: 'true', ObjectKey: 'www/', CacheControl: 'no-store' },
    inputs: { Site: site },
  })
  expect(run).toMatchObject({ outcome: 'succeeded', result: { summary: '4 files in s3://site/www/' } })
  expect(await stored('www/index.html')).toEqual({
    text: '<p>hello</p>',
    metadata: { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' },
  })
  expect((await stored('www/css/site.css'))?.metadata['content-type']).toBe('text/css; charset=utf-8')
  expect((await stored('www/run'))?.metadata['content-type']).toBe('application/octet-stream')
})

test('a link to a file is the file; others are left out, and said', async () => {
  const run = await runAction(own(), {
    configuration: { BucketName: 'site', Extract: 'true', ObjectKey: 'links' },
    inputs: { Site: site },
  })
  expect((await stored('links/home.html'))?.text).toBe('<p>hello</p>')
  const keys = (await store.list('site', { prefix: 'links/' })).map(({ key }) => key)
  expect(keys).toEqual(['links/css/site.css', 'links/home.html', 'links/index.html', 'links/run'])
  expect(run.log).toContain('styles is a link to no file of the artifact: it is left out')
})

test('without a key files go to the root of the bucket', async () => {
  await runAction(own(), { configuration: { BucketName: 'site', Extract: 'true' }, inputs: { Site: site } })
  expect((await stored('index.html'))?.text).toBe('<p>hello</p>')
})

test('a zip has the files with their modes and links, under a key of the time', async () => {
  const run = await runAction(own(), {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is written so
    configuration: { BucketName: 'site', Extract: 'false', ObjectKey: 'old/${datetime}/{uuid}.zip' },
    inputs: { Site: site },
    clock: new FakeClock(Date.UTC(2026, 0, 31, 23, 59, 58)),
  })
  const key = run.result?.summary?.replace('s3://site/', '') ?? ''
  expect(key).toMatch(/^old\/2026-01-31_23-59-58\/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.zip$/)
  const found = await store.get({ bucket: 'site', key })
  expect(found?.metadata).toEqual({ 'content-type': 'application/zip' })
  const zip = join(work, 'got.zip')
  writeFileSync(zip, await buffer(found?.body as NodeJS.ReadableStream))
  const listed = execFileSync('unzip', ['-Z', zip], { encoding: 'utf8' })
  expect(listed).toMatch(/-rwxr-xr-x .* run/)
  expect(listed).toMatch(/lrwx.* home\.html/)
})

test('what goes on after a restart goes on under the same key', async () => {
  const values = { datetime: '2026-01-01_00-00-00', uuid: 'the-same' }
  await runAction(own(), {
    configuration: { BucketName: 'site', Extract: 'true', ObjectKey: '{uuid}/{datetime}' },
    inputs: { Site: site },
    checkpoint: values,
  })
  expect(await stored('the-same/2026-01-01_00-00-00/index.html')).toBeDefined()
})

test('nothing is stored of what cannot be honoured', async () => {
  const run = await runAction(own(), {
    configuration: { BucketName: 'site', Extract: 'true', ObjectKey: 'acl', CannedACL: 'public-read' },
    inputs: { Site: site },
  })
  expect(run.failure).toMatchObject({
    type: 'ConfigurationError',
    message: expect.stringContaining('CannedACL is public-read: buckets of the server'),
  })
  expect(await store.list('site', { prefix: 'acl' })).toEqual([])
})

describe('what S3 refuses, in words', () => {
  let answer: (response: ServerResponse) => void
  const server = createServer((request, response) => {
    request.resume().on('end', () => answer(response))
  })
  beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)))
  afterAll(() => {
    server.closeAllConnections()
    server.close()
  })
  const refusal =
    (status: number, code: string, headers = {}) =>
    (response: ServerResponse) =>
      response
        .writeHead(status, { 'content-type': 'application/xml', ...headers })
        .end(`<Error><Code>${code}</Code><Message>no</Message></Error>`)
  const deploy = () => {
    const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const access = { endpoint, accessKeyId: 'AKIA', secretAccessKey: '{{secret:s3-key}}' }
    return runAction(s3Deploy(new CloudBuckets(access, () => 'eu-central-1')), {
      configuration: { BucketName: 'site', Extract: 'true' },
      inputs: { Site: site },
      secrets: { 's3-key': 'a-secret-of-length' },
    })
  }

  test.each([
    [
      404,
      'NoSuchBucket',
      {},
      'ConfigurationError',
      'BucketName site: there is no such bucket; make it (aws s3 mb s3://site)',
    ],
    [
      301,
      'PermanentRedirect',
      { 'x-amz-bucket-region': 'us-west-2' },
      'ConfigurationError',
      'BucketName site is in us-west-2: set plugins.s3-deploy.region',
    ],
    [403, 'AccessDenied', {}, 'PermissionError', 'AccessDenied: no (s3:PutObject is needed'],
  ] as const)('%i %s', async (status, code, headers, type, words) => {
    answer = refusal(status, code, headers)
    expect((await deploy()).failure).toMatchObject({ type, message: expect.stringContaining(words) })
  })

  test('a throttled store is asked again', async () => {
    let asked = 0
    answer = (response) =>
      ++asked <= 2 ? refusal(503, 'SlowDown')(response) : response.writeHead(200, { etag: '"e"' }).end()
    expect((await deploy()).outcome).toBe('succeeded')
  })
})

test('a named secret that is nowhere is named, with what makes it', async () => {
  const access = { endpoint: 'http://127.0.0.1:1', accessKeyId: '{{secret:s3-id}}', secretAccessKey: 'x' }
  const run = await runAction(s3Deploy(new CloudBuckets(access, () => 'eu-central-1')), {
    configuration: { BucketName: 'site', Extract: 'true' },
    inputs: { Site: site },
  })
  expect(run.failure?.message).toContain(
    'plugins.s3-deploy.accessKeyId names the secret "s3-id", which no secret store has',
  )
})
