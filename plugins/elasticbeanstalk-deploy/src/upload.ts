import { createReadStream } from 'node:fs'
import { join } from 'node:path'
import { type JobContext, packFolder } from '@penstock/core'
import { type AwsClientSettings, awsFailure } from '@penstock/core/aws'
import type { BeanstalkConfig } from './config.js'
import type { SourceBundle } from './environment.js'

/** Packs the input artifact and puts it into the bucket, in parts when it is large. Errors: JobFailed naming the bucket. */
export async function uploadBundle(
  at: SourceBundle,
  { bucketEndpoint: endpoint }: BeanstalkConfig,
  { endpoint: _, ...settings }: AwsClientSettings,
  ctx: JobContext,
): Promise<void> {
  const { folder } = await ctx.input(undefined, { outwardLinks: 'keep' })
  const zip = join(ctx.workspace, 'bundle.zip')
  await packFolder(folder, zip)
  const { S3Client } = await import('@aws-sdk/client-s3')
  const { Upload } = await import('@aws-sdk/lib-storage')
  const other = endpoint === undefined ? {} : { endpoint, forcePathStyle: true }
  const client = new S3Client({ ...settings, ...other })
  const body = createReadStream(zip)
  const upload = new Upload({ client, params: { Bucket: at.S3Bucket, Key: at.S3Key, Body: body } })
  const stop = () => void upload.abort()
  ctx.signal.addEventListener('abort', stop, { once: true })
  try {
    ctx.signal.throwIfAborted()
    await upload.done()
  } catch (error) {
    ctx.signal.throwIfAborted()
    throw awsFailure(error, `bucket ${at.S3Bucket} of application versions`)
  } finally {
    ctx.signal.removeEventListener('abort', stop)
    body.destroy()
    client.destroy()
  }
}
