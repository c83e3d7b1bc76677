/** CodePipeline's own job API, for the code of one job. */
import type { ActionResult } from './action-job.js'

/**
 * For functions that speak CodePipeline's job API themselves (lambda-invoke).
 * @example
 * const access: JobApiAccess | undefined = await ctx.jobApi()
 * if (access) ctx.log.line(access.endpoint)
 */
export interface JobApiAccess {
  readonly endpoint: string
  readonly region: string
  readonly accountId: string
  readonly credentials: {
    readonly accessKeyId: string
    readonly secretAccessKey: string
    readonly sessionToken: string
  }
  readonly inputArtifacts: readonly {
    readonly name: string
    readonly bucketName: string
    readonly objectKey: string
    readonly revision?: string
  }[]
  readonly outputArtifacts: readonly {
    readonly name: string
    readonly bucketName: string
    readonly objectKey: string
  }[]
  /** Resolves when the function itself reported this job's result through the API, with what it reported. */
  reported(): Promise<ReportedResult>
}

/**
 * What a function reported.
 * @example
 * const done: ReportedResult = { outcome: 'success', summary: 'all links work' }
 */
export type ReportedResult =
  | ({
      readonly outcome: 'success'
      readonly continuationToken?: string
      readonly percentComplete?: number
    } & ActionResult)
  | {
      readonly outcome: 'failure'
      readonly type: string
      readonly message: string
      readonly externalExecutionId?: string
    }
