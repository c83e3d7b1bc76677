import type { AccessService, Credentials } from '@penstock/core'
import type { Operation } from '../operation.js'
import { ApiError } from './api-error.js'

/**
 * Asks the caller's policies for every resource; a job's own credentials are good for that job's calls alone.
 * Errors: AccessDeniedException, in IAM's words.
 */
export function authorize(
  access: Pick<AccessService, 'allows'>,
  credentials: Credentials,
  operation: Operation,
  input: unknown,
  resources: readonly string[],
): void {
  const { principal, job } = credentials
  if (job && operation.jobOf?.(input) !== job.jobId) throw denied(principal.arn, operation.name, resources.join(' '))
  const action = `codepipeline:${operation.name}`
  const refused = resources.find((resource) => !access.allows(principal, action, resource))
  if (refused !== undefined) throw denied(principal.arn, operation.name, refused)
}

function denied(arn: string, name: string, resource: string): ApiError {
  return new ApiError(
    'AccessDeniedException',
    `User: ${arn} is not authorized to perform: codepipeline:${name} on resource: ${resource}`,
  )
}
