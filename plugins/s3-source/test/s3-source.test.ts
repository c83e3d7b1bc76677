import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type PollContext, packFolder } from '@penstock/core'
import { type RunActionOptions, runAction } from '@penstock/core/testkit'
import { s3Source } from '../src/provider.js'
import { VersionedBucket } from './versioned-bucket.js'

const bucket = new VersionedBucket()
const work = mkdtempSync(join(tmpdir(), 'penstock-s3-'))
let endpoint: string

beforeAll(async () => {
  endpoint = await bucket.start()
})
afterAll(async () => {
  await bucket.stop()
  rmSync(work, { recursive: true, force: true })
})
beforeEach(() => {
  bucket.versioning = 'Enabled'
  bucket.refusal = undefined
  bucket.seen.length = 0
})

const source = () => s3Source({ endpoint, accessKeyId: 'AKIA', secretAccessKey: 'secret' }, () => 'eu-central-1')
const configuration = { S3Bucket: bucket.name, S3ObjectKey: 'app.zip' }
const typed = (key = 'app.zip') => ({
  S3Bucket: bucket.name,
  S3ObjectKey: key,
  PollForSourceChanges: true,
  AllowOverrideForS3ObjectKey: false,
})
const pollContext = () => ({ signal: new AbortController().signal }) as PollContext

function fetch(options: RunActionOptions = {}) {
  return runAction(source(), { configuration, outputs: ['Source'], ...options })
}

/** A zip with a script in it. */
async function zipOf(text: string): Promise<Buffer> {
  const folder = mkdtempSync(join(work, 'tree-'))
  mkdirSync(join(folder, 'bin'))
  writeFileSync(join(folder, 'bin/run'), text, { mode: 0o755 })
  await packFolder(folder, `${folder}.zip`)
  return readFileSync(`${folder}.zip`)
}

test('a poll sees the newest version with one small request', async () => {
  const first = bucket.put('app.zip', await zipOf('one'))
  const provider = source()
  expect(await provider.latestRevision(typed(), pollContext())).toEqual({
    revisionId: first,
    revisionChangeId: expect.stringMatching(/^[0-9a-f]{32}$/),
    revisionSummary: `Amazon S3 version id: ${first}`,
    created: 1_700_000_000_000,
  })
  const second = bucket.put('app.zip', await zipOf('two'))
  expect((await provider.latestRevision(typed(), pollContext()))?.revisionId).toBe(second)
  expect(bucket.seen).toEqual(['HEAD app.zip', 'HEAD app.zip'])
})

test('the pinned version is fetched, not a newer one, with modes kept', async () => {
  const pinned = bucket.put('app.zip', await zipOf('pinned'))
  bucket.put('app.zip', await zipOf('newer'))
  const run = await fetch({ revision: { revisionId: pinned } })
  expect(run).toMatchObject({
    outcome: 'succeeded',
    result: {
      revision: { revisionId: pinned },
      outputVariables: { BucketName: bucket.name, ObjectKey: 'app.zip', VersionId: pinned, ETag: expect.any(String) },
    },
  })
  const script = join(run.outputs.Source ?? '', 'bin/run')
  expect(readFileSync(script, 'utf8')).toBe('pinned')
  expect(statSync(script).mode & 0o777).toBe(0o755)
})

test('a zip is the artifact as it is, byte for byte', async () => {
  // A comment at its end and an order of its own: packed again it would be another.
  const zip = await zipOf('as it is')
  const commented = Buffer.concat([zip.subarray(0, zip.length - 2), Buffer.from([5, 0]), Buffer.from('hello')])
  bucket.put('app.zip', commented)
  const run = await fetch()
  expect(readFileSync(`${run.outputs.Source}.zip`).equals(commented)).toBe(true)
  expect(readFileSync(join(run.outputs.Source ?? '', 'bin/run'), 'utf8')).toBe('as it is')
})

test('of an artifact whose files the pipeline names, those are taken out of the zip', async () => {
  bucket.put('app.zip', await zipOf('one of them'))
  const run = await fetch({ outputs: [{ name: 'Source', files: ['bin/*'] }] })
  expect(readdirSync(run.outputs.Source ?? '')).toEqual(['bin'])
  const none = await fetch({ outputs: [{ name: 'Source', files: ['lib/*'] }] })
  expect(none.failure?.message).toContain('lib/*')
})

test('without a revision the newest is fetched and pinned', async () => {
  const newest = bucket.put('app.zip', await zipOf('newest'))
  const run = await fetch()
  expect(run.result?.revision?.revisionId).toBe(newest)
  expect(bucket.seen).toEqual(['HEAD app.zip', 'GET app.zip by version'])
})

test('an object that is no zip is put into the artifact under its name', async () => {
  bucket.put('releases/notes.txt', 'just text')
  const run = await fetch({ configuration: { ...configuration, S3ObjectKey: 'releases/notes.txt' } })
  expect(readdirSync(run.outputs.Source ?? '')).toEqual(['notes.txt'])
})

test('overrides: a version, and another key where that is allowed', async () => {
  const old = bucket.put('app.zip', await zipOf('old'))
  bucket.put('app.zip', await zipOf('new'))
  const byVersion = await fetch({
    sourceOverride: { actionName: 'a', revisionType: 'S3_OBJECT_VERSION_ID', revisionValue: old },
  })
  expect(byVersion.result?.revision?.revisionId).toBe(old)
  const other = bucket.put('other.zip', await zipOf('other'))
  const sourceOverride = { actionName: 'a', revisionType: 'S3_OBJECT_KEY', revisionValue: 'other.zip' } as const
  const refused = await fetch({ sourceOverride })
  expect(refused.failure).toMatchObject({
    type: 'ConfigurationError',
    message: expect.stringContaining('AllowOverrideForS3ObjectKey'),
  })
  const allowed = await fetch({
    sourceOverride,
    configuration: { ...configuration, AllowOverrideForS3ObjectKey: 'true' },
  })
  expect(allowed.result?.outputVariables).toMatchObject({ ObjectKey: 'other.zip', VersionId: other })
})

test('polling is off when PollForSourceChanges is; pipelines share a poll', () => {
  const provider = source()
  expect(provider.polls?.({ ...typed(), PollForSourceChanges: false })).toBe(false)
  expect(provider.pollKey?.({ ...typed(), AllowOverrideForS3ObjectKey: true })).toBe(provider.pollKey?.(typed()))
})

describe('what S3 refuses, in words', () => {
  const poll = (key?: string) => source().latestRevision(typed(key), pollContext())

  test('an object that is not there, or was deleted', async () => {
    await expect(poll('nothing')).rejects.toMatchObject({
      type: 'RevisionUnavailable',
      message: `s3://${bucket.name}/nothing is not there: upload it, or correct S3ObjectKey`,
    })
    bucket.put('gone', 'x')
    bucket.remove('gone')
    await expect(poll('gone')).rejects.toThrow(`s3://${bucket.name}/gone was deleted: upload it again`)
    const run = await fetch({ revision: { revisionId: 'no-such-version' } })
    expect(run.failure).toMatchObject({
      message: `s3://${bucket.name}/app.zip (version no-such-version) is not there: the version was removed`,
    })
  })

  test('a bucket without versions, and an object from before it had them', async () => {
    bucket.versioning = undefined
    bucket.put('plain', 'x')
    await expect(poll('plain')).rejects.toMatchObject({
      type: 'ConfigurationError',
      message: expect.stringContaining(
        `bucket ${bucket.name} is not versioned, which a source must be: aws s3api put-bucket-versioning`,
      ),
    })
    bucket.versioning = 'Enabled'
    await expect(poll('plain')).rejects.toThrow('was stored before the bucket was versioned: upload it again')
  })

  test.each([
    {
      refusal: { status: 403, code: 'AccessDenied' },
      type: 'PermissionError',
      words: 'access denied (403); s3:GetObject',
    },
    {
      refusal: { status: 301, code: 'PermanentRedirect', headers: { 'x-amz-bucket-region': 'us-west-2' } },
      type: 'ConfigurationError',
      words: `bucket ${bucket.name} is in region us-west-2: set the s3-source plugin's region`,
    },
    { refusal: { status: 400, code: 'InvalidRequest' }, type: 'SystemUnavailable', words: '400' },
  ])('$refusal.status', async ({ refusal, type, words }) => {
    bucket.refusal = refusal
    await expect(poll()).rejects.toMatchObject({ type, message: expect.stringContaining(words) })
  })

  test('a zip that cannot be unpacked', async () => {
    const zip = await zipOf('x')
    bucket.put('app.zip', zip.subarray(0, zip.length - 10))
    const run = await fetch()
    expect(run.failure?.message).toContain('could not be stored: this is not a zip, or it is truncated')
    expect(run.outputs).toEqual({})
  })
})
