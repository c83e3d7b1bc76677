import type { FailureType } from '../domain/job.js'

const brand = Symbol.for('penstock.job-failed')

/**
 * Thrown by a provider when its work failed, in words for the pipeline's owner.
 * @example
 * throw new JobFailed('rake is not on the PATH: install it with apt-get install rake', 'ConfigurationError')
 */
export class JobFailed extends Error {
  readonly [brand] = true
  constructor(
    message: string,
    readonly type: FailureType = 'JobFailed',
    readonly externalExecutionId?: string,
  ) {
    super(message)
    this.name = 'JobFailed'
  }
}

/**
 * True for a JobFailed of this or any other copy of the package.
 * @example
 * await ctx.exec(['make']).catch((error) => {
 *   if (isJobFailed(error)) ctx.log.line(error.message)
 *   throw error
 * })
 */
export function isJobFailed(error: unknown): error is JobFailed {
  return typeof error === 'object' && error !== null && brand in error
}
