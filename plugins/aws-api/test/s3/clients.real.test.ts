import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import {
  type ChecksumAlgorithm,
  GetBucketLocationCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import { Upload } from '@aws-sdk/lib-storage'
import { type BucketUnderTest, bucket, noise, readableKey, startBucket, writableKey } from '../support/bucket.js'
import { aws, boto3 } from '../support/clients.js'
import { jobKey, region } from '../support/server.js'

// Processes and megabytes, on machines that may be busy.
jest.setTimeout(60_000)

let subject: BucketUnderTest
let folder: string
const at = { bucket, key: writableKey }

beforeAll(async () => {
  subject = await startBucket()
  folder = mkdtempSync(join(tmpdir(), 'penstock-s3-clients-'))
})
afterAll(async () => {
  await subject.stop()
  rmSync(folder, { recursive: true, force: true })
})

const asJob = {
  AWS_ACCESS_KEY_ID: jobKey.accessKeyId,
  AWS_SECRET_ACCESS_KEY: jobKey.secretAccessKey,
  AWS_SESSION_TOKEN: jobKey.sessionToken,
}
const client = () => new S3Client({ endpoint: subject.endpoint, region, credentials: jobKey, maxAttempts: 1 })
const stored = async (key = writableKey) => {
  const object = await subject.artifacts.get({ bucket, key })
  const pieces: Buffer[] = []
  for await (const piece of object?.body ?? []) pieces.push(piece as Buffer)
  return Buffer.concat(pieces)
}
const put = (key: string, data: Buffer) => subject.artifacts.put({ bucket, key }, Readable.from([data]))
const file = (name: string, data: Buffer) => {
  const path = join(folder, name)
  writeFileSync(path, data)
  return path
}

describe('@aws-sdk/client-s3 with a job’s credentials', () => {
  it('puts bytes', async () => {
    const answer = await client().send(new PutObjectCommand({ Bucket: bucket, Key: writableKey, Body: noise(1000) }))
    expect(answer.ETag).toMatch(/^"[0-9a-f]{32}"$/)
    expect(await stored()).toEqual(noise(1000))
  })

  it('puts a stream, whose chunks and trailing checksum come off', async () => {
    const data = noise(300_000)
    const Body = Readable.from([data.subarray(0, 100_001), data.subarray(100_001)])
    const put = new PutObjectCommand({ Bucket: bucket, Key: writableKey, Body, ContentLength: data.length })
    expect(await client().send(put)).toHaveProperty('ChecksumCRC32')
    expect(await stored()).toEqual(data)
  })

  it.each<ChecksumAlgorithm>(['CRC32', 'CRC32C', 'SHA1', 'SHA256'])('puts with %s', async (ChecksumAlgorithm) => {
    const Body = noise(5000)
    await client().send(new PutObjectCommand({ Bucket: bucket, Key: writableKey, Body, ChecksumAlgorithm }))
    const read = await subject.artifacts.head(at)
    expect(Object.keys(read?.metadata ?? {})).toContain(`x-amz-checksum-${ChecksumAlgorithm.toLowerCase()}`)
  })

  it('echoes encryption, and answers it again', async () => {
    const sse = { ServerSideEncryption: 'aws:kms', SSEKMSKeyId: 'arn:aws:kms:eu-central-1:123456789012:key/1' } as const
    const name = { Bucket: bucket, Key: writableKey }
    expect(await client().send(new PutObjectCommand({ ...name, Body: 'x', ...sse }))).toMatchObject(sse)
    expect((await subject.artifacts.head(at))?.metadata).toMatchObject({ 'x-amz-server-side-encryption': 'aws:kms' })
  })

  it('reads whole, in ranges, and by HEAD', async () => {
    await put(readableKey, noise(1000))
    const name = { Bucket: bucket, Key: readableKey }
    const whole = await client().send(new GetObjectCommand(name))
    expect(Buffer.from((await whole.Body?.transformToByteArray()) ?? [])).toEqual(noise(1000))
    const part = await client().send(new GetObjectCommand({ ...name, Range: 'bytes=10-19' }))
    expect(part).toMatchObject({ ContentRange: 'bytes 10-19/1000', ContentLength: 10 })
    expect(Buffer.from((await part.Body?.transformToByteArray()) ?? [])).toEqual(noise(1000).subarray(10, 20))
    expect(await client().send(new HeadObjectCommand(name))).toMatchObject({ ContentLength: 1000, ETag: whole.ETag })
  })

  it('asks for the bucket and where it is', async () => {
    expect(await client().send(new HeadBucketCommand({ Bucket: bucket }))).toMatchObject({ BucketRegion: region })
    expect(await client().send(new GetBucketLocationCommand({ Bucket: bucket }))).toMatchObject({
      LocationConstraint: region,
    })
  })

  it.each([
    ['reading', new GetObjectCommand({ Bucket: bucket, Key: writableKey })],
    ['writing', new PutObjectCommand({ Bucket: bucket, Key: readableKey, Body: 'x' })],
    ['reading elsewhere', new GetObjectCommand({ Bucket: 'some-other-bucket', Key: readableKey })],
  ])('is denied %s what is not the job’s', async (_, command) => {
    await expect(client().send(command as GetObjectCommand)).rejects.toMatchObject({ name: 'AccessDenied' })
    expect(subject.audited.at(-1)).toMatchObject({ result: 'AccessDenied' })
  })

  it('uploads in parts (lib-storage)', async () => {
    const data = noise(12 * 1024 * 1024)
    const params = { Bucket: bucket, Key: writableKey, Body: data }
    const upload = new Upload({ client: client(), params, partSize: 5 * 1024 * 1024, queueSize: 3 })
    expect((await upload.done()).ETag).toMatch(/^"[0-9a-f]{32}-3"$/)
    expect((await stored()).equals(data)).toBe(true)
  })

  it('uploads one small part, as the Jenkins plugin always does', async () => {
    const params = { Bucket: bucket, Key: writableKey, Body: Readable.from([noise(100)]) }
    await new Upload({ client: client(), params }).done()
    expect(await stored()).toEqual(noise(100))
  })
})

describe('boto3 with a job’s credentials', () => {
  it('uploads a large file in parts of any order, and downloads one in ranges', async () => {
    const data = noise(20 * 1024 * 1024, 7)
    await put(readableKey, data)
    await boto3(
      subject.endpoint,
      `
c = client('s3')
c.upload_file(${JSON.stringify(file('large', data))}, '${bucket}', '${writableKey}')
c.download_file('${bucket}', '${readableKey}', ${JSON.stringify(join(folder, 'got'))})`,
      asJob,
    )
    expect((await stored()).equals(data)).toBe(true)
    expect(readFileSync(join(folder, 'got')).equals(data)).toBe(true)
  })

  it('puts with KMS encryption, signature version s3v4 and Expect: 100-continue', async () => {
    const printed = await boto3(
      subject.endpoint,
      `
c = client('s3', signature_version='s3v4')
a = c.put_object(Bucket='${bucket}', Key='${writableKey}', Body=b'hello', ServerSideEncryption='aws:kms')
print(json.dumps([a['ServerSideEncryption'], a['ETag']]))`,
      asJob,
    )
    expect(printed).toEqual(['aws:kms', '"5d41402abc4b2a76b9719d911017c592"'])
  })

  it('reads errors', async () => {
    const printed = await boto3(
      subject.endpoint,
      `
from botocore.exceptions import ClientError
def code(call, **more):
    try: call(**more)
    except ClientError as e: return [e.response['Error']['Code'], e.response['ResponseMetadata']['HTTPStatusCode']]
c = client('s3')
print(json.dumps([
    code(c.get_object, Bucket='${bucket}', Key='nobody'),
    code(c.head_object, Bucket='${bucket}', Key='${writableKey}'),
    code(c.delete_object, Bucket='${bucket}', Key='${writableKey}'),
    code(c.list_objects_v2, Bucket='some-other-bucket'),
    code(c.list_buckets),
    code(c.get_bucket_acl, Bucket='${bucket}'),
]))`,
      asJob,
    )
    expect(printed).toEqual([
      ['AccessDenied', 403],
      ['403', 403],
      ['AccessDenied', 403],
      ['AccessDenied', 403],
      ['AccessDenied', 403],
      ['NotImplemented', 501],
    ])
  })

  it('presigns URLs for reading and writing', async () => {
    await put(readableKey, Buffer.from('for everyone with the URL'))
    const [get, write] = (await boto3(
      subject.endpoint,
      `
c = client('s3', signature_version='s3v4')
of = lambda op, key: c.generate_presigned_url(op, Params=dict(Bucket='${bucket}', Key=key), ExpiresIn=60)
print(json.dumps([of('get_object', '${readableKey}'), of('put_object', '${writableKey}')]))`,
      asJob,
    )) as [string, string]
    expect(await (await fetch(get)).text()).toBe('for everyone with the URL')
    expect((await fetch(write, { method: 'PUT', body: 'sent' })).status).toBe(200)
    expect((await stored()).toString()).toBe('sent')
    expect((await fetch(get.replace('X-Amz-Expires=60', 'X-Amz-Expires=61'))).status).toBe(403)
    expect((await fetch(get, { method: 'DELETE' })).status).toBe(403)
  })
})

describe("Debian's aws s3, with an administrator's key", () => {
  const s3 = (...args: string[]) => aws(subject.endpoint, ['s3', ...args]).catch((error: Error) => error.message)
  const listed = async (prefix: string) => (await subject.artifacts.list?.(bucket, { prefix }))?.map(({ key }) => key)

  it('copies folders there and back, lists, moves and removes them', async () => {
    const [there, back] = [join(folder, 'tree'), join(folder, 'back')]
    mkdirSync(join(there, 'sub'), { recursive: true })
    for (const name of ['a b.txt', 'sub/ü+%&.txt']) writeFileSync(join(there, name), name)
    await s3('cp', '--quiet', '--recursive', there, `s3://${bucket}/tree`)
    expect(await listed('tree/')).toEqual(['tree/a b.txt', 'tree/sub/ü+%&.txt'])
    await s3('cp', '--quiet', '--recursive', `s3://${bucket}/tree`, back)
    expect(readFileSync(join(back, 'sub/ü+%&.txt'), 'utf8')).toBe('sub/ü+%&.txt')
    const nothing = await s3('sync', `s3://${bucket}/tree`, back)
    expect(nothing).toBeUndefined()
    await s3('mv', '--quiet', file('moved', noise(10)), `s3://${bucket}/tree/moved`)
    await s3('rm', '--quiet', '--recursive', `s3://${bucket}/tree`, '--exclude', 'moved')
    expect(await listed('tree/')).toEqual(['tree/moved'])
  })

  it('pages through more than a thousand keys', async () => {
    const keys = Array.from({ length: 1005 }, (_, index) => `many/${String(index).padStart(4, '0')}`)
    for (const key of keys) await put(key, Buffer.from(key))
    const answer = await aws(subject.endpoint, ['s3api', 'list-objects-v2', '--bucket', bucket, '--prefix', 'many/'])
    expect((answer as { Contents: { Key: string }[] }).Contents.map(({ Key }) => Key)).toEqual(keys)
  })

  it('is told in words what is not served', async () => {
    await put('one', noise(1))
    expect(await s3('cp', `s3://${bucket}/one`, `s3://${bucket}/two`)).toContain('does not implement copying objects')
    expect(await s3('rb', `s3://${bucket}`)).toContain('does not implement deleting buckets')
    expect(await s3('ls', 's3://no-such-bucket')).toContain('NoSuchBucket')
  })
})

describe("Debian's aws s3 cp", () => {
  it('copies there and back', async () => {
    const data = noise(9 * 1024 * 1024, 3)
    await put(readableKey, data)
    await aws(subject.endpoint, ['s3', 'cp', '--quiet', file('in', data), `s3://${bucket}/${writableKey}`], asJob)
    await aws(subject.endpoint, ['s3', 'cp', '--quiet', `s3://${bucket}/${readableKey}`, join(folder, 'out')], asJob)
    expect((await stored()).equals(data)).toBe(true)
    expect(readFileSync(join(folder, 'out')).equals(data)).toBe(true)
  })
})
