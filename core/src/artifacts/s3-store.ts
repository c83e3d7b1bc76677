import { Readable } from 'node:stream'
import type { S3Client } from '@aws-sdk/client-s3'
import type { ArtifactLocation, ArtifactStore, ListedObject, ListOptions, StoredObject } from '../domain/artifact.js'
import { loadClient, loadUpload, openClient, type S3ArtifactStoreOptions } from './s3/connect.js'
import { described, wholeSize } from './s3/describe.js'
import { explain, nameOf } from './s3/explain.js'
import { listObjects } from './s3/list-objects.js'

export type { S3ArtifactStoreOptions } from './s3/connect.js'

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

  async list(bucket: string, options: ListOptions = {}): Promise<readonly ListedObject[]> {
    const { Bucket, Key: below } = this.place({ bucket, key: '' })
    return listObjects(await this.connect(), { Bucket, below }, options)
  }

  /** Why a bucket cannot be used, in words; `undefined` when the store has it and lets it be read. */
  async problem(bucket: string): Promise<string | undefined> {
    const { ListObjectsV2Command } = await loadClient()
    const { Bucket } = this.place({ bucket, key: '' })
    try {
      await (await this.connect()).send(new ListObjectsV2Command({ Bucket, MaxKeys: 1 }))
      return undefined
    } catch (error) {
      return explain(error, { Bucket }).message
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
    this.client ??= openClient(this.options)
    return this.client
  }
}
