import type { S3Client } from '@aws-sdk/client-s3'
import { defined } from '../../domain/defined.js'

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

/** How long a store may take to let itself be connected to, and be silent in the middle of an answer; and how often it is asked. */
export const s3Limits = { connectMs: 5_000, silentMs: 30_000, attempts: 3 } as const

/** A client with its connections. */
export async function openClient(options: S3ArtifactStoreOptions): Promise<S3Client> {
  const { S3Client } = await loadClient()
  const { region, endpoint, accessKeyId, secretAccessKey, sessionToken } = options
  const forcePathStyle = options.forcePathStyle ?? endpoint !== undefined
  return new S3Client({
    region,
    forcePathStyle,
    ...defined({ endpoint }),
    // A store that accepts and never answers must not hold a worker's slot for ever.
    requestHandler: { connectionTimeout: s3Limits.connectMs, socketTimeout: s3Limits.silentMs },
    maxAttempts: s3Limits.attempts,
    ...(accessKeyId === undefined || secretAccessKey === undefined
      ? {}
      : { credentials: { accessKeyId, secretAccessKey, ...defined({ sessionToken }) } }),
    // Stores that are not AWS's do not all know the newer checksums.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  })
}

const remedy = 'npm install @aws-sdk/client-s3 @aws-sdk/lib-storage'

/** Optional dependencies: without them only this store does not work. */
export function loadClient(): Promise<typeof import('@aws-sdk/client-s3')> {
  return import('@aws-sdk/client-s3').catch(notInstalled)
}

export function loadUpload(): Promise<typeof import('@aws-sdk/lib-storage')> {
  return import('@aws-sdk/lib-storage').catch(notInstalled)
}

function notInstalled(cause: unknown): never {
  throw new Error(`artifacts in S3 need the AWS SDK, which is not installed: ${remedy}`, { cause })
}
