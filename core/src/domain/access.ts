/** Who may do what: principals, their access keys, and IAM-like policies. */

/** The policies that Penstock knows by name: AWS's four, and its own for `penstock worker`. */
export const managedPolicies = [
  'AWSCodePipeline_FullAccess',
  'AWSCodePipeline_ReadOnlyAccess',
  'AWSCodePipelineApproverAccess',
  'AWSCodePipelineCustomActionAccess',
  'PenstockWorkerAccess',
] as const
export type ManagedPolicy = (typeof managedPolicies)[number]

export interface PolicyStatement {
  readonly Effect: 'Allow' | 'Deny'
  /** `codepipeline:GetPipeline`, `codepipeline:*`, ... */
  readonly Action: string | readonly string[]
  /** ARNs, `*` and `?` as wildcards. */
  readonly Resource: string | readonly string[]
}

export interface PolicyDocument {
  readonly Version?: string
  readonly Statement: readonly PolicyStatement[]
}

/** Whoever acts: a user of the page, an access key's user, the server itself. */
export interface Principal {
  readonly name: string
  /** `arn:aws:iam::ACCOUNT:user/NAME`. */
  readonly arn: string
  readonly policies: readonly (ManagedPolicy | PolicyDocument)[]
}

export interface AccessKey {
  readonly accessKeyId: string
  readonly userName: string
  readonly policies: readonly (ManagedPolicy | PolicyDocument)[]
  readonly created: number
  readonly lastUsed?: number
  readonly status: 'Active' | 'Inactive'
}

/** One line of the record of who did what. */
export interface AuditEntry {
  readonly at: number
  readonly principal: string
  readonly operation: string
  readonly target: string
  /** `ok`, or the fault's code. */
  readonly result: string
  readonly detail?: string
}
