import type { AccessService, Credentials } from '@penstock/core'
import { ApiError } from './api-error.js'
import type { Endpoint } from './endpoint.js'

/**
 * Asks the caller's policies for every resource; a job's own credentials are good for that job's calls alone.
 * Errors: AccessDeniedException, in IAM's words.
 */
export function authorize(
  access: Pick<AccessService, 'allows'>,
  credentials: Credentials,
  operation: Endpoint,
  input: unknown,
  resources: readonly string[],
): void {
  const { principal, job } = credentials
  if (job && operation.jobOf?.(input) !== job.jobId) throw denied(principal.arn, operation.action, resources.join(' '))
  const refused = resources.find((resource) => !access.allows(principal, operation.action, resource))
  if (refused !== undefined) throw denied(principal.arn, operation.action, refused)
}

function denied(arn: string, action: string, resource: string): ApiError {
  return new ApiError(
    'AccessDeniedException',
    `User: ${arn} is not authorized to perform: ${action} on resource: ${resource}`,
  )
}
