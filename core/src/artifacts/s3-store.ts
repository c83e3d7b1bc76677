import { Readable } from 'node:stream'
import type { S3Client } from '@aws-sdk/client-s3'
import type { ArtifactLocation, ArtifactStore, StoredObject } from '../domain/artifact.js'
import { ArtifactError } from '../domain/artifact-error.js'

export interface S3ArtifactStoreOptions {
  readonly region: string
  /** Of an S3-compatible store; AWS itself when absent. */
  readonly endpoint?: string
  /** `endpoint/bucket/key` rather than `bucket.endpoint/key`; true when absent and there is an endpoint. */
  readonly forcePathStyle?: boolean
  /** Both or none: then the SDK looks in its usual places (environment, instance role). */
  readonly accessKeyId?: string
  readonly secretAccessKey?: string
  readonly sessionToken?: string
  /** The bucket that holds everything, under `<bucket>/<key>`; each artifact bucket is one of its own when absent. */
  readonly bucket?: string
}

/** One piece of a multipart upload: memory is at most four of them. */
const partSize = 8 * 1024 * 1024

/**
 * Artifacts in S3, or in any store that speaks it. The SDK is loaded at the first call.
 * Errors: ArtifactStoreFull when the store says so; else what the store says, naming bucket and key.
 */
export class S3ArtifactStore implements ArtifactStore {
  private client: Promise<S3Client> | undefined

  constructor(private readonly options: S3ArtifactStoreOptions) {}

  async put(
    at: ArtifactLocation,
    body: NodeJS.ReadableStream,
    metadata: Readonly<Record<string, string>> = {},
  ): Promise<StoredObject> {
    const client = await this.connect()
    const { Upload } = await loadUpload()
    const upload = new Upload({
      client,
      partSize,
      params: { ...this.place(at), Body: Readable.from(body), Metadata: { ...metadata } },
    })
    try {
      await upload.done()
    } catch (error) {
      throw explain(error, this.place(at))
    }
    const stored = await this.head(at)
    if (stored !== undefined) return stored
    throw new Error(`s3://${at.bucket}/${at.key} was stored, and is not there`)
  }

  async get(
    at: ArtifactLocation,
    range?: { readonly start: number; readonly end: number },
  ): Promise<(StoredObject & { readonly body: NodeJS.ReadableStream }) | undefined> {
    const { GetObjectCommand } = await loadClient()
    const client = await this.connect()
    const span = range === undefined ? {} : { Range: `bytes=${range.start}-${range.end}` }
    try {
      const answer = await client.send(new GetObjectCommand({ ...this.place(at), ...span }))
      return { ...described(answer), size: wholeSize(answer), body: answer.Body as Readable }
    } catch (error) {
      // What lies past the end is nothing, not an error.
      if (nameOf(error) === 'InvalidRange') return this.nothingOf(at)
      return this.missing(error, at)
    }
  }

  async head(at: ArtifactLocation): Promise<StoredObject | undefined> {
    const { HeadObjectCommand } = await loadClient()
    const client = await this.connect()
    try {
      const answer = await client.send(new HeadObjectCommand(this.place(at)))
      return { ...described(answer), size: answer.ContentLength ?? 0 }
    } catch (error) {
      return this.missing(error, at)
    }
  }

  async delete(at: ArtifactLocation): Promise<void> {
    const { DeleteObjectCommand } = await loadClient()
    const client = await this.connect()
    try {
      await client.send(new DeleteObjectCommand(this.place(at)))
    } catch (error) {
      this.missing(error, at)
    }
  }

  /** Lets go of the connections. */
  async close(): Promise<void> {
    ;(await this.client)?.destroy()
    this.client = undefined
  }

  private async nothingOf(at: ArtifactLocation) {
    const stored = await this.head(at)
    return stored && { ...stored, body: Readable.from([]) }
  }

  private missing(error: unknown, at: ArtifactLocation): undefined {
    if (['NoSuchKey', 'NotFound'].includes(nameOf(error))) return undefined
    throw explain(error, this.place(at))
  }

  private place({ bucket, key }: ArtifactLocation): { Bucket: string; Key: string } {
    const all = this.options.bucket
    return all === undefined ? { Bucket: bucket, Key: key } : { Bucket: all, Key: `${bucket}/${key}` }
  }

  private connect(): Promise<S3Client> {
    this.client ??= this.open()
    return this.client
  }

  private async open(): Promise<S3Client> {
    const { S3Client } = await loadClient()
    const { region, endpoint, accessKeyId, secretAccessKey, sessionToken } = this.options
    const forcePathStyle = this.options.forcePathStyle ?? endpoint !== undefined
    return new S3Client({
      region,
      forcePathStyle,
      ...(endpoint === undefined ? {} : { endpoint }),
      ...(accessKeyId === undefined || secretAccessKey === undefined
        ? {}
        : { credentials: { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) } }),
      // Stores that are not AWS's do not all know the newer checksums.
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
    })
  }
}

const remedy = 'npm install @aws-sdk/client-s3 @aws-sdk/lib-storage'

/** Optional dependencies: without them only this store does not work. */
function loadClient() {
  return import('@aws-sdk/client-s3').catch(notInstalled)
}

function loadUpload() {
  return import('@aws-sdk/lib-storage').catch(notInstalled)
}

function notInstalled(cause: unknown): never {
  throw new Error(`artifacts in S3 need the AWS SDK, which is not installed: ${remedy}`, { cause })
}

interface Answer {
  readonly ETag?: string | undefined
  readonly LastModified?: Date | undefined
  readonly Metadata?: Record<string, string> | undefined
}

function described({ ETag = '', LastModified, Metadata = {} }: Answer): Omit<StoredObject, 'size'> {
  return { etag: ETag.replaceAll('"', ''), modified: LastModified?.getTime() ?? 0, metadata: Metadata }
}

/** `bytes 0-9/1234` tells the whole's size; without a range the length does. */
function wholeSize(answer: {
  readonly ContentRange?: string | undefined
  readonly ContentLength?: number | undefined
}) {
  const whole = /\/(\d+)$/.exec(answer.ContentRange ?? '')?.[1]
  return whole === undefined ? (answer.ContentLength ?? 0) : Number(whole)
}

function nameOf(error: unknown): string {
  return (error as Error | undefined)?.name ?? ''
}

const full: ReadonlySet<string> = new Set([
  'QuotaExceeded',
  'XMinioStorageFull',
  'InsufficientStorage',
  'InsufficientCapacity',
])

function explain(error: unknown, { Bucket, Key }: { readonly Bucket: string; readonly Key: string }): Error {
  const { message, $metadata } = error as Error & { readonly $metadata?: { readonly httpStatusCode?: number } }
  const words = `s3://${Bucket}/${Key}: ${message === '' ? nameOf(error) : message}`
  if (full.has(nameOf(error)) || $metadata?.httpStatusCode === 507) return new ArtifactError('ArtifactStoreFull', words)
  return new Error(words, { cause: error })
}
