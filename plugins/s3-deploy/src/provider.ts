import { extname, join } from 'node:path'
import {
  type ActionJob,
  type ActionProvider,
  type ActionResult,
  type ConfigurationOf,
  defineAction,
  defined,
  type JobContext,
  JobFailed,
  packFolder,
} from '@penstock/core'
import type { Bucket, Buckets, ObjectOptions } from './bucket.js'
import { type DeployFile, filesOf } from './files.js'
import { type KeyValues, keyIn, keyValues, objectKey } from './object-key.js'

const acls = [
  'private',
  'public-read',
  'public-read-write',
  'authenticated-read',
  'aws-exec-read',
  'bucket-owner-read',
  'bucket-owner-full-control',
] as const

const properties = {
  BucketName: {
    description: 'The bucket: one that was made at this server, or one of S3',
    required: true,
    key: true,
    pattern: '[a-z0-9A-Z][a-zA-Z0-9._-]{1,61}[a-z0-9A-Z]',
    example: 'my-website',
  },
  Extract: {
    type: 'boolean',
    description: 'true: the files of the artifact; false: a zip of them',
    required: true,
    key: true,
  },
  ObjectKey: {
    description: "The folder of extracted files, or the zip's name; {datetime} and {uuid} are filled in",
    key: true,
    example: 'releases/{datetime}.zip',
  },
  CannedACL: { description: 'The ACL of what is stored; S3 only', enum: acls },
  CacheControl: {
    description: 'The Cache-Control header of what is stored',
    example: 'public, max-age=0, no-transform',
  },
  KMSEncryptionKeyARN: { description: 'The KMS key that encrypts what is stored; S3 only' },
} as const

type Configuration = ConfigurationOf<typeof properties>

/** How many objects are under way at a time. */
const uploadsAtOnce = 8

/** Deploy/AWS/S3: an artifact's files, or a zip of them, into a bucket. `own`, the server's store, is asked first. */
export function s3Deploy(cloud: Buckets, own?: Buckets): ActionProvider<typeof properties> {
  return defineAction({
    category: 'Deploy',
    owner: 'AWS',
    provider: 'S3',
    description: 'Files, or a zip of them, into a bucket',
    inputArtifacts: 1,
    configuration: properties,
    // The same files under the same keys: twice does no harm.
    idempotent: true,
    validate: ({ Extract, ObjectKey }) =>
      Extract || ObjectKey !== undefined
        ? []
        : ['ObjectKey is missing: with Extract false it is the name of the zip, such as releases/{datetime}.zip'],
    async run(job, ctx) {
      const { BucketName } = job.configuration
      const bucket = (await own?.find(BucketName, ctx)) ?? (await cloud.find(BucketName, ctx))
      if (bucket === undefined)
        throw new JobFailed(`BucketName ${BucketName}: there is no such bucket`, 'ConfigurationError')
      try {
        return await deploy(job, ctx, bucket)
      } finally {
        bucket.close()
      }
    },
  })
}

async function deploy(job: ActionJob<Configuration>, ctx: JobContext, bucket: Bucket): Promise<ActionResult> {
  const { BucketName, Extract, ObjectKey = '', CannedACL, CacheControl, KMSEncryptionKeyARN } = job.configuration
  const values = (job.checkpoint as KeyValues | undefined) ?? keyValues(ctx.clock.now())
  await ctx.checkpoint(values)
  const key = objectKey(ObjectKey, values)
  const options = defined({ cacheControl: CacheControl, cannedAcl: CannedACL, kmsKey: KMSEncryptionKeyARN })
  const objects = Extract ? await extracted(ctx, key) : [await zipped(ctx, key)]
  refuse(bucket, objects, options)
  await putAll(ctx, bucket, objects, options)
  const where = `s3://${BucketName}/${key}`
  return { summary: Extract ? `${objects.length} ${objects.length === 1 ? 'file' : 'files'} in ${where}` : where }
}

/** What goes where. */
interface Placed extends DeployFile {
  readonly key: string
}

async function extracted(ctx: JobContext, folder: string): Promise<Placed[]> {
  const { folder: from } = await ctx.input()
  const { files, left } = await filesOf(from)
  for (const path of left) ctx.log.line(`${path} is a link to no file of the artifact: it is left out`)
  if (files.length === 0) throw new JobFailed('the input artifact has no files')
  return files.map((file) => ({ ...file, key: keyIn(folder, file.path) }))
}

async function zipped(ctx: JobContext, key: string): Promise<Placed> {
  const { folder } = await ctx.input(undefined, { outwardLinks: 'keep' })
  const file = join(ctx.workspace, 'artifact.zip')
  await packFolder(folder, file)
  return { path: 'artifact.zip', file, key }
}

/** Before anything is stored: half a deployment helps nobody. Errors: JobFailed ConfigurationError. */
function refuse(bucket: Bucket, objects: readonly Placed[], options: Omit<ObjectOptions, 'contentType'>): void {
  const keys = objects.map(({ key }) => key)
  const problems = [...bucket.problems(keys, options)]
  const long = keys.find((key) => Buffer.byteLength(key) > 1024)
  if (long !== undefined) problems.push(`ObjectKey makes the key "${long.slice(0, 80)}...": 1,024 bytes are the most`)
  if (problems.length > 0) throw new JobFailed(problems.join('; '), 'ConfigurationError')
}

async function putAll(
  ctx: JobContext,
  bucket: Bucket,
  objects: readonly Placed[],
  options: Omit<ObjectOptions, 'contentType'>,
): Promise<void> {
  const { contentType } = await import('mime-types')
  const waiting = [...objects]
  const work = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      ctx.signal.throwIfAborted()
      const type = contentType(extname(next.path)) || 'application/octet-stream'
      await bucket.put(next.key, next.file, { ...options, contentType: type })
      ctx.log.line(`${next.key}  ${type}`)
    }
  }
  // The first failure is the job's; the others end with what they have in hand.
  const all = Array.from({ length: Math.min(uploadsAtOnce, objects.length) }, async () => {
    try {
      await work()
    } catch (error) {
      waiting.length = 0
      throw error
    }
  })
  const ended = await Promise.allSettled(all)
  for (const one of ended) if (one.status === 'rejected') throw one.reason
}
