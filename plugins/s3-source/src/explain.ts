import { JobFailed } from '@penstock/core'

export interface ObjectPlace {
  readonly bucket: string
  readonly key: string
  readonly versionId?: string
}

/** What the SDK's errors have besides a message. */
interface S3Failure extends Error {
  readonly $metadata?: { readonly httpStatusCode?: number }
  readonly $response?: { readonly headers?: Readonly<Record<string, string>> }
}

/** An object as it is named to people. */
export function shown({ bucket, key, versionId }: ObjectPlace): string {
  return `s3://${bucket}/${key}${versionId === undefined ? '' : ` (version ${versionId})`}`
}

/** What S3 refused, in words for the pipeline's owner, with the remedy. Answers to HEAD have no body: the status and headers must do. */
export function explain(error: unknown, at: ObjectPlace): JobFailed {
  const failure = error as S3Failure
  const headers = failure.$response?.headers ?? {}
  const status = failure.$metadata?.httpStatusCode
  const name = shown(at)
  if (headers['x-amz-delete-marker'] === 'true') {
    return new JobFailed(`${name} was deleted: upload it again, or restore a version of it`, 'RevisionUnavailable')
  }
  if (failure.name === 'NoSuchBucket') {
    return new JobFailed(`there is no bucket ${at.bucket}: S3Bucket must be the name of one`, 'ConfigurationError')
  }
  if (status === 301 || status === 307) {
    const region = headers['x-amz-bucket-region']
    const where = region === undefined ? 'another region' : `region ${region}`
    return new JobFailed(
      `bucket ${at.bucket} is in ${where}: set the s3-source plugin's region so`,
      'ConfigurationError',
    )
  }
  if (status === 404) {
    const remedy = at.versionId === undefined ? 'upload it, or correct S3ObjectKey' : 'the version was removed'
    return new JobFailed(`${name} is not there: ${remedy}`, 'RevisionUnavailable')
  }
  if (status === 401 || status === 403) {
    const needed = 's3:GetObject, s3:GetObjectVersion and s3:GetBucketVersioning are needed'
    return new JobFailed(`${name}: access denied (${status}); ${needed}`, 'PermissionError')
  }
  const words = failure.message || failure.name
  return new JobFailed(`${name}: ${status === undefined ? '' : `${status} `}${words}`, 'SystemUnavailable')
}
