import type { FailureType } from '../domain/job.js'
import { isJobFailed, JobFailed } from '../host/job-failed.js'

/** What the SDK's errors have besides a message. */
interface SdkError extends Error {
  readonly $metadata?: { readonly httpStatusCode?: number; readonly attempts?: number }
  readonly code?: string
}

/** By the error's name, whatever service it comes from. */
const types: readonly (readonly [RegExp, FailureType])[] = [
  [/^(CredentialsProviderError|InvalidSignatureException|SignatureDoesNotMatch)$/, 'PermissionError'],
  [
    /^(AccessDenied|UnrecognizedClient|ExpiredToken|InvalidClientTokenId|MissingAuthenticationToken)/,
    'PermissionError',
  ],
  [/^(InvalidAccessKeyId|OptInRequired|NotAuthorized|AuthFailure)/, 'PermissionError'],
  [
    /^(Throttling|TooManyRequests|RequestLimitExceeded|ServiceUnavailable|InternalFailure|SlowDown)/,
    'SystemUnavailable',
  ],
  [/(NotFound|DoesNotExist|NoSuch\w+|ValidationError|ValidationException|InvalidParameter\w*)/, 'ConfigurationError'],
]

/**
 * What AWS, or its SDK, refused, as a failure in words: `ABOUT: CODE: MESSAGE`. `about` names the configuration's field and
 * its value. Failures of our own come back as they are.
 * @example
 * await client.send(command).catch((error) => {
 *   throw awsFailure(error, 'ClusterName main')
 * })
 */
export function awsFailure(error: unknown, about: string): JobFailed {
  if (isJobFailed(error)) return error as JobFailed
  const { name, message, code, $metadata } = error as SdkError
  const status = $metadata?.httpStatusCode
  const known = types.find(([pattern]) => pattern.test(name))?.[1]
  const type = known ?? (status === undefined || status >= 500 ? 'SystemUnavailable' : 'JobFailed')
  const said = [name === 'Error' ? code : name, message].filter((word) => word !== undefined && word !== '')
  return new JobFailed(`${about}: ${[...new Set(said)].join(': ')}${remedy(name, status)}`, type)
}

function remedy(name: string, status: number | undefined): string {
  if (name === 'CredentialsProviderError')
    return " (set accessKeyId and secretAccessKey in the plugin's section of penstock.yaml, or give the server AWS credentials in their usual places)"
  if (status === undefined && /^(Error|AggregateError|TimeoutError)$/.test(name))
    return " (the service cannot be reached: look at region and endpoint in the plugin's section of penstock.yaml)"
  return ''
}
