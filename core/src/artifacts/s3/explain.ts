import { ArtifactError } from '../../domain/artifact-error.js'

interface S3Failure extends Error {
  readonly Code?: string
  readonly $metadata?: { readonly httpStatusCode?: number }
}

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

/** What codes mean, for stores that send no message with them (radosgw), and for answers that have no body. */
const words: Readonly<Record<string, string>> = {
  SignatureDoesNotMatch: 'the secret access key is not the one of this access key (SignatureDoesNotMatch)',
  InvalidAccessKeyId: 'the store knows no such access key (InvalidAccessKeyId)',
  AccessDenied: 'the access key may not do this (AccessDenied)',
  403: 'the access key may not do this, or is not known (403)',
  NoSuchBucket: 'there is no such bucket (NoSuchBucket)',
  404: 'there is no such bucket (404)',
  301: 'the bucket is in another region (301)',
  TimeoutError: 'the store did not answer in time',
}

/** What the store said, or what its code means, with the object's name; a full store as ArtifactStoreFull. */
export function explain(
  error: unknown,
  { Bucket, Key = '' }: { readonly Bucket: string; readonly Key?: string },
): Error {
  const said = `s3://${Bucket}/${Key}: ${wordsOf(error as S3Failure)}`
  const { $metadata } = error as S3Failure
  if (full.has(nameOf(error)) || $metadata?.httpStatusCode === 507) return new ArtifactError('ArtifactStoreFull', said)
  return new Error(said, { cause: error })
}

function wordsOf({ message, name, Code, $metadata }: S3Failure): string {
  const code = [Code, name, String($metadata?.httpStatusCode)].find(
    (one) => one !== undefined && Object.hasOwn(words, one),
  )
  const empty = ['', 'UnknownError', 'Unknown', name].includes(message)
  if (name === 'TimeoutError' || empty) {
    if (code !== undefined) return words[code] ?? code
    return Code ?? (name === 'Error' || name === '' ? `status ${$metadata?.httpStatusCode ?? 'unknown'}` : name)
  }
  return message
}
