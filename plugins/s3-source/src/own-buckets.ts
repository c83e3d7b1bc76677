import type { Readable } from 'node:stream'
import { type ArtifactStore, JobFailed, ObjectVersions } from '@penstock/core'
import { type ObjectPlace, shown } from './explain.js'
import type { ObjectVersion } from './object-store.js'

/** The server's own bucket store, for buckets that were made there: no cloud is needed, nor any key. */
export interface OwnBuckets {
  has(bucket: string): Promise<boolean>
  /** As ObjectStore.head. */
  head(at: ObjectPlace): Promise<ObjectVersion>
  /** As ObjectStore.read. */
  read(at: ObjectPlace): Promise<ObjectVersion & { readonly body: Readable }>
}

/** `artifacts` is asked when the first bucket is: where there is no server, there are no buckets of its own. */
export function ownBuckets(artifacts: () => ArtifactStore): OwnBuckets {
  let opened: ObjectVersions | undefined
  const versions = () => {
    opened ??= new ObjectVersions(artifacts())
    return opened
  }
  return {
    async has(bucket) {
      try {
        return await versions().isThere(bucket)
      } catch {
        return false // on a worker, say, which has no such store
      }
    },
    async head(at) {
      const found = await versions().head(at, at.versionId)
      if (found && found.versionId !== 'null') return versionOf(found)
      throw found ? await unversioned(versions(), at) : missing(at)
    },
    async read(at) {
      const found = await versions().get(at, at.versionId)
      if (!found) throw missing(at)
      return { ...versionOf(found), body: found.body as Readable }
    },
  }
}

function versionOf(found: {
  readonly versionId: string
  readonly etag: string
  readonly modified: number
}): ObjectVersion {
  return { versionId: found.versionId, etag: found.etag, modified: found.modified }
}

function missing(at: ObjectPlace): JobFailed {
  const remedy =
    at.versionId === undefined ? 'upload it (aws s3 cp), or correct S3ObjectKey' : 'the version was removed'
  return new JobFailed(`${shown(at)} is not there: ${remedy}`, 'RevisionUnavailable')
}

async function unversioned(versions: ObjectVersions, at: ObjectPlace): Promise<JobFailed> {
  if ((await versions.versioning(at.bucket)) === 'Enabled')
    return new JobFailed(
      `${shown(at)} was stored before the bucket was versioned: upload it again`,
      'ConfigurationError',
    )
  const command = `aws s3api put-bucket-versioning --bucket ${at.bucket} --versioning-configuration Status=Enabled`
  return new JobFailed(`bucket ${at.bucket} is not versioned, which a source must be: ${command}`, 'ConfigurationError')
}
