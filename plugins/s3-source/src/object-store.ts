import type { Readable } from 'node:stream'
import type { S3Client } from '@aws-sdk/client-s3'
import { JobFailed } from '@penstock/core'
import type { S3SourceConfig } from './config.js'
import { explain, type ObjectPlace, shown } from './explain.js'

/** One version of an object. */
export interface ObjectVersion {
  readonly versionId: string
  /** Unquoted. */
  readonly etag: string
  /** Epoch milliseconds. */
  readonly modified?: number
}

/** Versioned objects over S3's protocol. The SDK is loaded at the first call; connections are kept. */
export class ObjectStore {
  /** By whether the bucket is part of the path: names with dots fit no certificate. */
  private readonly clients = new Map<boolean, Promise<S3Client>>()

  constructor(
    private readonly config: S3SourceConfig,
    private readonly region: () => string,
  ) {}

  /**
   * The newest version, or the one that is named. Errors: JobFailed when it is not there, not allowed, or not versioned.
   */
  async head(at: ObjectPlace, signal: AbortSignal): Promise<ObjectVersion> {
    const { HeadObjectCommand } = await import('@aws-sdk/client-s3')
    const client = await this.client(at.bucket)
    try {
      const { VersionId, ETag, LastModified } = await client.send(new HeadObjectCommand(named(at)), {
        abortSignal: signal,
      })
      if (VersionId !== undefined && VersionId !== 'null') return version(VersionId, ETag, LastModified)
    } catch (error) {
      signal.throwIfAborted()
      throw explain(error, at)
    }
    throw await this.unversioned(at, signal)
  }

  /** Errors: as head. */
  async read(at: ObjectPlace, signal: AbortSignal): Promise<ObjectVersion & { readonly body: Readable }> {
    const { GetObjectCommand } = await import('@aws-sdk/client-s3')
    const client = await this.client(at.bucket)
    try {
      const answer = await client.send(new GetObjectCommand(named(at)), { abortSignal: signal })
      const { VersionId = at.versionId ?? 'null', ETag, LastModified, Body } = answer
      return { ...version(VersionId, ETag, LastModified), body: Body as Readable }
    } catch (error) {
      signal.throwIfAborted()
      throw explain(error, at)
    }
  }

  /** Why an object has no version: the bucket keeps none, or did not yet when the object was stored. */
  private async unversioned(at: ObjectPlace, signal: AbortSignal): Promise<JobFailed> {
    const { GetBucketVersioningCommand } = await import('@aws-sdk/client-s3')
    const client = await this.client(at.bucket)
    const question = client.send(new GetBucketVersioningCommand({ Bucket: at.bucket }), { abortSignal: signal })
    const { Status } = await question.catch((error: unknown) => {
      throw explain(error, at)
    })
    const command = `aws s3api put-bucket-versioning --bucket ${at.bucket} --versioning-configuration Status=Enabled`
    return Status === 'Enabled'
      ? new JobFailed(`${shown(at)} was stored before the bucket was versioned: upload it again`, 'ConfigurationError')
      : new JobFailed(`bucket ${at.bucket} is not versioned, which a source must be: ${command}`, 'ConfigurationError')
  }

  private client(bucket: string): Promise<S3Client> {
    const pathStyle = this.config.forcePathStyle ?? (this.config.endpoint !== undefined || bucket.includes('.'))
    const known = this.clients.get(pathStyle)
    if (known !== undefined) return known
    const opened = this.open(pathStyle)
    this.clients.set(pathStyle, opened)
    return opened
  }

  private async open(forcePathStyle: boolean): Promise<S3Client> {
    const { S3Client } = await import('@aws-sdk/client-s3')
    const { endpoint, accessKeyId, secretAccessKey } = this.config
    return new S3Client({
      region: this.config.region ?? this.region(),
      forcePathStyle,
      ...(endpoint === undefined ? {} : { endpoint }),
      ...(accessKeyId === undefined || secretAccessKey === undefined
        ? {}
        : { credentials: { accessKeyId, secretAccessKey } }),
      responseChecksumValidation: 'WHEN_REQUIRED',
    })
  }
}

function named({ bucket, key, versionId }: ObjectPlace) {
  return { Bucket: bucket, Key: key, ...(versionId === undefined ? {} : { VersionId: versionId }) }
}

function version(versionId: string, etag = '', modified?: Date): ObjectVersion {
  return {
    versionId,
    etag: etag.replaceAll('"', ''),
    ...(modified === undefined ? {} : { modified: modified.getTime() }),
  }
}
