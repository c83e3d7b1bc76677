/** Who may do what: principals, their access keys, and IAM-like policies. */

/**
 * The policies that Penstock knows by name: AWS's four, and its own for `penstock worker`.
 * @example
 * const names: readonly string[] = managedPolicies
 */
export const managedPolicies = [
  'AWSCodePipeline_FullAccess',
  'AWSCodePipeline_ReadOnlyAccess',
  'AWSCodePipelineApproverAccess',
  'AWSCodePipelineCustomActionAccess',
  'PenstockWorkerAccess',
] as const

/**
 * The name of one of them.
 * @example
 * const policy: ManagedPolicy = 'AWSCodePipeline_ReadOnlyAccess'
 */
export type ManagedPolicy = (typeof managedPolicies)[number]

/**
 * One sentence of a policy.
 * @example
 * const deny: PolicyStatement = { Effect: 'Deny', Action: 'codepipeline:Delete*', Resource: '*' }
 */
export interface PolicyStatement {
  readonly Effect: 'Allow' | 'Deny'
  /** `codepipeline:GetPipeline`, `codepipeline:*`, ... */
  readonly Action: string | readonly string[]
  /** ARNs, `*` and `?` as wildcards. */
  readonly Resource: string | readonly string[]
}

/**
 * A policy as IAM writes it.
 * @example
 * const policy: PolicyDocument = {
 *   Statement: [{ Effect: 'Allow', Action: 'codepipeline:Get*', Resource: '*' }],
 * }
 */
export interface PolicyDocument {
  readonly Version?: string
  readonly Statement: readonly PolicyStatement[]
}

/**
 * Whoever acts: a user of the page, an access key's user, the server itself.
 * @example
 * const ci: Principal = {
 *   name: 'ci', arn: 'arn:aws:iam::000000000000:user/ci', policies: ['AWSCodePipeline_FullAccess'],
 * }
 */
export interface Principal {
  readonly name: string
  /** `arn:aws:iam::ACCOUNT:user/NAME`. */
  readonly arn: string
  readonly policies: readonly (ManagedPolicy | PolicyDocument)[]
}

/**
 * A key of somebody, without its secret.
 * @example
 * const keys: readonly AccessKey[] = await api.server.access.listAccessKeys()
 */
export interface AccessKey {
  readonly accessKeyId: string
  readonly userName: string
  readonly policies: readonly (ManagedPolicy | PolicyDocument)[]
  readonly created: number
  readonly lastUsed?: number
  readonly status: 'Active' | 'Inactive'
}

/**
 * One line of the record of who did what.
 * @example
 * const entries: readonly AuditEntry[] = await api.server.access.auditLog({ limit: 10 })
 */
export interface AuditEntry {
  readonly at: number
  readonly principal: string
  readonly operation: string
  readonly target: string
  /** `ok`, or the fault's code. */
  readonly result: string
  readonly detail?: string
}
