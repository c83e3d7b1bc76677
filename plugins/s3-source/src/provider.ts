import { createWriteStream } from 'node:fs'
import { mkdir, open, rename, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import {
  type ActionJob,
  type ConfigurationOf,
  defineSource,
  isArtifactError,
  type JobContext,
  JobFailed,
  type Revision,
  type SourceProvider,
  unpack,
} from '@penstock/core'
import type { S3SourceConfig } from './config.js'
import { type ObjectPlace, shown } from './explain.js'
import { ObjectStore, type ObjectVersion } from './object-store.js'
import type { OwnBuckets } from './own-buckets.js'

const properties = {
  S3Bucket: {
    description: 'A bucket whose versioning is enabled',
    required: true,
    key: true,
    pattern: '[a-zA-Z0-9][a-zA-Z0-9.-]{1,61}[a-zA-Z0-9]',
    example: 'my-releases',
  },
  S3ObjectKey: {
    description: 'The object: a zip, which is the artifact as it is, or any file, which is put into one',
    required: true,
    key: true,
    example: 'app.zip',
  },
  PollForSourceChanges: {
    type: 'boolean',
    description: 'Look for new versions by asking again and again',
    default: true,
  },
  AllowOverrideForS3ObjectKey: {
    type: 'boolean',
    description: 'Whoever starts an execution may name another key (source revision S3_OBJECT_KEY)',
    default: false,
  },
} as const

type Configuration = ConfigurationOf<typeof properties>
type OutputDeclaration = ActionJob<Configuration>['outputs'][number] | undefined

/**
 * Source/AWS/S3: an object of a versioned bucket. Its version id is the revision; its ETag what changes with its content.
 * `region` is asked when the first bucket is.
 */
export function s3Source(
  config: S3SourceConfig,
  region: () => string,
  own?: OwnBuckets,
): SourceProvider<typeof properties> {
  const cloud = new ObjectStore(config, region)
  /** A bucket that the server itself holds comes first, unless the operator names another store. */
  const storeOf = async (bucket: string): Promise<Pick<ObjectStore, 'head' | 'read'>> =>
    own && config.endpoint === undefined && (await own.has(bucket)) ? own : cloud
  return defineSource({
    owner: 'AWS',
    provider: 'S3',
    description: 'An object in S3',
    outputArtifacts: 1,
    configuration: properties,
    idempotent: true,
    polls: ({ PollForSourceChanges }) => PollForSourceChanges,
    pollKey: ({ S3Bucket, S3ObjectKey }) => `s3://${S3Bucket}/${S3ObjectKey}`,
    async latestRevision({ S3Bucket, S3ObjectKey }, ctx) {
      const store = await storeOf(S3Bucket)
      return revisionOf(await store.head({ bucket: S3Bucket, key: S3ObjectKey }, ctx.signal))
    },
    async run(job, ctx) {
      const wanted = placeOf(job)
      const store = await storeOf(wanted.bucket)
      // The version is pinned first: what is fetched must be what is reported.
      const found = await store.head(wanted, ctx.signal)
      const at = { ...wanted, versionId: found.versionId }
      ctx.log.line(`fetching ${shown(at)}`)
      const { body } = await store.read(at, ctx.signal)
      await putOut(ctx, body, at, job.outputs[0])
      const outputVariables = { BucketName: at.bucket, ObjectKey: at.key, VersionId: found.versionId, ETag: found.etag }
      return { revision: revisionOf(found), summary: shown(at), externalExecutionId: found.versionId, outputVariables }
    },
  })
}

function revisionOf({ versionId, etag, modified }: ObjectVersion): Revision {
  return {
    revisionId: versionId,
    revisionChangeId: etag,
    revisionSummary: `Amazon S3 version id: ${versionId}`,
    ...(modified === undefined ? {} : { created: modified }),
  }
}

/** X14: the object and version that whoever started the execution asked for, or that was seen. Errors: JobFailed ConfigurationError. */
function placeOf({ configuration, revision, sourceOverride }: ActionJob<Configuration>): ObjectPlace {
  const { S3Bucket: bucket, S3ObjectKey: key, AllowOverrideForS3ObjectKey } = configuration
  if (sourceOverride === undefined) {
    return { bucket, key, ...(revision === undefined ? {} : { versionId: revision.revisionId }) }
  }
  switch (sourceOverride.revisionType) {
    case 'S3_OBJECT_VERSION_ID':
      return { bucket, key, versionId: sourceOverride.revisionValue }
    case 'S3_OBJECT_KEY':
      if (AllowOverrideForS3ObjectKey) return { bucket, key: sourceOverride.revisionValue }
      throw new JobFailed(
        'the key was overridden, but AllowOverrideForS3ObjectKey is false: true would allow it',
        'ConfigurationError',
      )
    default: {
      const message = `the revision type ${sourceOverride.revisionType} is not for S3: S3_OBJECT_VERSION_ID or S3_OBJECT_KEY are`
      throw new JobFailed(message, 'ConfigurationError')
    }
  }
}

/**
 * A zip is the artifact as it is, byte for byte; any other object is put into one under its name. Only where the pipeline
 * says which `files` the artifact has is a zip unpacked, and those packed. Errors: JobFailed for a damaged zip.
 */
async function putOut(ctx: JobContext, body: Readable, at: ObjectPlace, output: OutputDeclaration): Promise<void> {
  const [object, folder] = [join(ctx.workspace, 'object'), join(ctx.workspace, 'content')]
  await rm(folder, { recursive: true, force: true })
  await pipeline(body, createWriteStream(object, { mode: 0o600, highWaterMark: 1024 * 1024 }), { signal: ctx.signal })
  if (!(await isZip(object))) {
    await mkdir(folder)
    await rename(object, join(folder, basename(at.key)))
    await ctx.output(folder)
  } else if (output?.files === undefined) {
    await ctx.output(object, { packed: true })
    await rm(object)
  } else {
    await unpackTo(folder, object, at, ctx)
    await ctx.output(folder)
  }
}

async function unpackTo(folder: string, object: string, at: ObjectPlace, { signal }: JobContext): Promise<void> {
  try {
    await unpack(object, folder, { outwardLinks: 'keep', signal })
  } catch (error) {
    if (!isArtifactError(error)) throw error
    throw new JobFailed(`${shown(at)} cannot be unpacked: ${error.message}`)
  }
  await rm(object)
}

/** By its first bytes: an entry, or the end of a zip without entries. */
async function isZip(path: string): Promise<boolean> {
  const file = await open(path, 'r')
  try {
    const start = Buffer.alloc(4)
    await file.read(start, 0, 4, 0)
    return start.equals(Buffer.from('PK\x03\x04')) || start.equals(Buffer.from('PK\x05\x06'))
  } finally {
    await file.close()
  }
}
