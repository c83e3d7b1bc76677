import { ArtifactError } from '../../domain/artifact-error.js'

/** The S3 error code, as the SDK names it. */
export function nameOf(error: unknown): string {
  return (error as Error | undefined)?.name ?? ''
}

const full: ReadonlySet<string> = new Set([
  'QuotaExceeded',
  'XMinioStorageFull',
  'InsufficientStorage',
  'InsufficientCapacity',
])

/** What the store said, with the object's name; a full store as ArtifactStoreFull. */
export function explain(error: unknown, { Bucket, Key }: { readonly Bucket: string; readonly Key: string }): Error {
  const { message, $metadata } = error as Error & { readonly $metadata?: { readonly httpStatusCode?: number } }
  const words = `s3://${Bucket}/${Key}: ${message === '' ? nameOf(error) : message}`
  if (full.has(nameOf(error)) || $metadata?.httpStatusCode === 507) return new ArtifactError('ArtifactStoreFull', words)
  return new Error(words, { cause: error })
}
