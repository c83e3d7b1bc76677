import { createReadStream } from 'node:fs'
import { type ArtifactStore, JobFailed, ObjectVersions, versionsPrefix } from '@penstock/core'
import type { Bucket, Buckets, ObjectOptions } from './bucket.js'

/** Canned ACLs that come to the same as what a bucket of the server's own has: whoever may read it is for policies to say. */
const harmlessAcls: readonly (string | undefined)[] = [
  undefined,
  'private',
  'bucket-owner-read',
  'bucket-owner-full-control',
]

/** Buckets that were made at this very server (`aws s3 mb`), which need no cloud and no key. */
export class OwnBuckets implements Buckets {
  private opened: ObjectVersions | undefined

  /** `artifacts` is asked when the first bucket is: where there is no server, there are no buckets of its own. */
  constructor(private readonly artifacts: () => ArtifactStore) {}

  async find(name: string): Promise<Bucket | undefined> {
    let versions: ObjectVersions
    try {
      versions = this.opened ??= new ObjectVersions(this.artifacts())
      if (!(await versions.isThere(name))) return undefined
    } catch {
      return undefined // on a worker elsewhere, which has no such store
    }
    return {
      problems,
      async put(key, file, options) {
        try {
          await versions.put({ bucket: name, key }, createReadStream(file), metadataOf(options))
        } catch (error) {
          throw new JobFailed(
            `s3://${name}/${key} could not be stored: ${(error as Error).message}`,
            'SystemUnavailable',
          )
        }
      },
      close() {},
    }
  }
}

function problems(keys: readonly string[], { cannedAcl, kmsKey }: Omit<ObjectOptions, 'contentType'>): string[] {
  const odd = keys.find(
    (key) => key.startsWith(versionsPrefix) || key.split('/').some((step) => /^\.{0,2}$/.test(step)),
  )
  return [
    ...(harmlessAcls.includes(cannedAcl)
      ? []
      : [
          `CannedACL is ${cannedAcl}: buckets of the server's own have no ACLs, leave it out and let a policy (s3:GetObject) say who may read`,
        ]),
    ...(kmsKey === undefined
      ? []
      : [
          `KMSEncryptionKeyARN is ${kmsKey}: buckets of the server's own know no KMS, leave it out and encrypt at rest with artifacts.encryptionKeyFile`,
        ]),
    ...(odd === undefined
      ? []
      : [`ObjectKey makes the key "${odd}": keys of the server's own buckets have no empty, "." or ".." step`]),
  ]
}

/** As the bucket's S3 face keeps and tells them. */
function metadataOf({ contentType, cacheControl }: ObjectOptions): Record<string, string> {
  return { 'content-type': contentType, ...(cacheControl === undefined ? {} : { 'cache-control': cacheControl }) }
}
