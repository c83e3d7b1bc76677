import type { ListObjectsV2CommandOutput, S3Client } from '@aws-sdk/client-s3'
import type { ListedObject, ListOptions } from '../../domain/artifact.js'
import { loadClient } from './connect.js'
import { described } from './describe.js'
import { explain } from './explain.js'

/** Where keys begin: `below` stands in front of each of them in the bucket. */
export interface Shelf {
  readonly Bucket: string
  readonly below: string
}

/** Pages through a bucket. Errors: what the store says. */
export async function listObjects(
  client: S3Client,
  { Bucket, below }: Shelf,
  { prefix = '', after = '', limit = 1000 }: ListOptions,
): Promise<ListedObject[]> {
  const { ListObjectsV2Command } = await loadClient()
  const Prefix = below + prefix
  const objects: ListedObject[] = []
  let start: string | undefined = after === '' ? '' : below + after
  while (start !== undefined && objects.length < limit) {
    const MaxKeys = Math.min(limit - objects.length, 1000)
    const page: ListObjectsV2CommandOutput = await client
      .send(new ListObjectsV2Command({ Bucket, Prefix, MaxKeys, ...(start === '' ? {} : { StartAfter: start }) }))
      .catch((error: unknown) => {
        throw explain(error, { Bucket, Key: Prefix })
      })
    for (const { Key = '', Size = 0, ETag, LastModified } of page.Contents ?? []) {
      const { etag, modified } = described({ ETag, LastModified })
      objects.push({ key: Key.slice(below.length), size: Size, etag, modified })
    }
    start = page.IsTruncated ? page.Contents?.at(-1)?.Key : undefined
  }
  return objects
}
