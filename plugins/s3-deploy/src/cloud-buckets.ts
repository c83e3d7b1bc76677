import { createReadStream } from 'node:fs'
import type { ObjectCannedACL, S3Client } from '@aws-sdk/client-s3'
import { defined, type JobContext, JobFailed } from '@penstock/core'
import { awsClientSettings, awsFailure } from '@penstock/core/aws'
import type { Bucket, Buckets, ObjectOptions } from './bucket.js'
import type { S3DeployConfig } from './config.js'

/** Buckets of S3, or of whatever speaks its protocol. The SDK is loaded at the first one. */
export class CloudBuckets implements Buckets {
  constructor(
    private readonly config: S3DeployConfig,
    private readonly region: () => string,
  ) {}

  /** A bucket that is not there is only found out by the first object. */
  async find(name: string, ctx: JobContext): Promise<Bucket> {
    const { S3Client } = await import('@aws-sdk/client-s3')
    const settings = await awsClientSettings(this.config, { plugin: 's3-deploy', region: this.region(), ctx })
    const client = new S3Client({
      ...settings,
      // Names with dots fit no certificate.
      forcePathStyle: this.config.forcePathStyle ?? (settings.endpoint !== undefined || name.includes('.')),
      requestChecksumCalculation: settings.endpoint === undefined ? 'WHEN_SUPPORTED' : 'WHEN_REQUIRED',
    })
    return {
      problems: () => [],
      put: (key, file, options) => upload(client, { bucket: name, key, file, options }, ctx.signal),
      close: () => client.destroy(),
    }
  }
}

interface Upload {
  readonly bucket: string
  readonly key: string
  readonly file: string
  readonly options: ObjectOptions
}

/** In parts when it is large, each of which is tried again by itself; nothing of an upload that fails is left. */
async function upload(client: S3Client, { bucket, key, file, options }: Upload, signal: AbortSignal): Promise<void> {
  const { Upload: PartedUpload } = await import('@aws-sdk/lib-storage')
  const body = createReadStream(file)
  const parted = new PartedUpload({
    client,
    params: {
      Bucket: bucket,
      Key: key,
      Body: body,
      ContentType: options.contentType,
      ...defined({ CacheControl: options.cacheControl, ACL: options.cannedAcl as ObjectCannedACL | undefined }),
      ...(options.kmsKey === undefined ? {} : { ServerSideEncryption: 'aws:kms', SSEKMSKeyId: options.kmsKey }),
    },
  })
  const stop = () => void parted.abort()
  signal.addEventListener('abort', stop, { once: true })
  try {
    signal.throwIfAborted()
    await parted.done()
  } catch (error) {
    signal.throwIfAborted()
    throw explain(error, bucket, key)
  } finally {
    signal.removeEventListener('abort', stop)
    body.destroy()
  }
}

function explain(error: unknown, bucket: string, key: string): JobFailed {
  const { name, $metadata, $response } = error as Error & {
    $metadata?: { httpStatusCode?: number }
    $response?: { headers?: Record<string, string> }
  }
  if (name === 'NoSuchBucket') {
    return new JobFailed(
      `BucketName ${bucket}: there is no such bucket; make it (aws s3 mb s3://${bucket}), at this server if it is to be one of its own`,
      'ConfigurationError',
    )
  }
  if ($metadata?.httpStatusCode === 301 || name === 'PermanentRedirect' || name === 'AuthorizationHeaderMalformed') {
    const region = $response?.headers?.['x-amz-bucket-region'] ?? 'another region'
    return new JobFailed(
      `BucketName ${bucket} is in ${region}: set plugins.s3-deploy.region in penstock.yaml so`,
      'ConfigurationError',
    )
  }
  const failure = awsFailure(error, `BucketName ${bucket}, key ${key}`)
  const hint = failure.type === 'PermissionError' ? ' (s3:PutObject is needed, s3:PutObjectAcl for CannedACL)' : ''
  return new JobFailed(`${failure.message}${hint}`, failure.type)
}
