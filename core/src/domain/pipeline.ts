/**
 * A pipeline's structure, in exactly the shape that `aws codepipeline get-pipeline` prints
 * under `pipeline` (service model: PipelineDeclaration). Everything here is immutable data.
 */
import type { ActionTypeId } from './action-type.js'

export type ExecutionMode = 'SUPERSEDED' | 'QUEUED' | 'PARALLEL'
export type PipelineType = 'V1' | 'V2'

export interface PipelineDeclaration {
  readonly name: string
  readonly roleArn: string
  readonly artifactStore?: ArtifactStoreDeclaration
  readonly artifactStores?: Readonly<Record<string, ArtifactStoreDeclaration>>
  readonly stages: readonly StageDeclaration[]
  /** Ignored on input: 1 at creation, one more at each update (S11). */
  readonly version?: number
  readonly executionMode?: ExecutionMode
  readonly pipelineType?: PipelineType
  readonly variables?: readonly VariableDeclaration[]
  readonly triggers?: readonly TriggerDeclaration[]
}

export interface ArtifactStoreDeclaration {
  readonly type: 'S3'
  readonly location: string
  readonly encryptionKey?: { readonly id: string; readonly type: 'KMS' }
}

export interface StageDeclaration {
  readonly name: string
  readonly blockers?: readonly {
    readonly name: string
    readonly type: 'Schedule'
  }[]
  readonly actions: readonly ActionDeclaration[]
  readonly beforeEntry?: {
    readonly conditions: readonly ConditionDeclaration[]
  }
  readonly onSuccess?: { readonly conditions: readonly ConditionDeclaration[] }
  readonly onFailure?: FailureDeclaration
}

export type ConditionResult = 'ROLLBACK' | 'FAIL' | 'RETRY' | 'SKIP'
export type RetryMode = 'FAILED_ACTIONS' | 'ALL_ACTIONS'

export interface FailureDeclaration {
  readonly result?: ConditionResult
  readonly retryConfiguration?: { readonly retryMode?: RetryMode }
  readonly conditions?: readonly ConditionDeclaration[]
}

export interface ConditionDeclaration {
  readonly result?: ConditionResult
  readonly rules?: readonly RuleDeclaration[]
}

export interface RuleTypeId {
  readonly category: 'Rule'
  readonly owner?: 'AWS'
  readonly provider: string
  readonly version?: string
}

export interface RuleDeclaration {
  readonly name: string
  readonly ruleTypeId: RuleTypeId
  readonly configuration?: Readonly<Record<string, string>>
  readonly commands?: readonly string[]
  readonly inputArtifacts?: readonly { readonly name: string }[]
  readonly roleArn?: string
  readonly region?: string
  readonly timeoutInMinutes?: number
}

export interface ActionDeclaration {
  readonly name: string
  readonly actionTypeId: ActionTypeId
  /** 1..999; equal numbers run in parallel (S6). 1 when absent. */
  readonly runOrder?: number
  readonly configuration?: Readonly<Record<string, string>>
  readonly commands?: readonly string[]
  readonly inputArtifacts?: readonly { readonly name: string }[]
  readonly outputArtifacts?: readonly OutputArtifactDeclaration[]
  readonly outputVariables?: readonly string[]
  readonly environmentVariables?: readonly EnvironmentVariable[]
  readonly roleArn?: string
  readonly region?: string
  /** Gives the action's output variables a name to be referred to by: `#{namespace.key}`. */
  readonly namespace?: string
  readonly timeoutInMinutes?: number
}

export interface OutputArtifactDeclaration {
  readonly name: string
  readonly files?: readonly string[]
}

export interface EnvironmentVariable {
  readonly name: string
  readonly value: string
  readonly type?: 'PLAINTEXT' | 'SECRETS_MANAGER'
}

export interface VariableDeclaration {
  readonly name: string
  readonly defaultValue?: string
  readonly description?: string
}

export interface TriggerDeclaration {
  readonly providerType: 'CodeStarSourceConnection'
  readonly gitConfiguration: GitConfiguration
}

export interface GitConfiguration {
  readonly sourceActionName: string
  readonly push?: readonly GitPushFilter[]
  readonly pullRequest?: readonly GitPullRequestFilter[]
}

export interface GlobCriteria {
  readonly includes?: readonly string[]
  readonly excludes?: readonly string[]
}

export interface GitPushFilter {
  readonly tags?: GlobCriteria
  readonly branches?: GlobCriteria
  readonly filePaths?: GlobCriteria
}

export type PullRequestEvent = 'OPEN' | 'UPDATED' | 'CLOSED'

export interface GitPullRequestFilter {
  readonly events?: readonly PullRequestEvent[]
  readonly branches?: GlobCriteria
  readonly filePaths?: GlobCriteria
}

/** What a pipeline is besides its structure. */
export interface Pipeline {
  readonly name: string
  readonly declaration: PipelineDeclaration
  readonly version: number
  /** Epoch milliseconds. */
  readonly created: number
  readonly updated: number
  readonly tags: Readonly<Record<string, string>>
}
