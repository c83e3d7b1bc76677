/**
 * A pipeline's structure, in exactly the shape that `aws codepipeline get-pipeline` prints
 * under `pipeline` (service model: PipelineDeclaration). Everything here is immutable data.
 */
import type { ActionTypeId } from './action-type.js'

/**
 * What an execution does about one before it.
 * @example
 * const mode: ExecutionMode = 'QUEUED'
 */
export type ExecutionMode = 'SUPERSEDED' | 'QUEUED' | 'PARALLEL'

/**
 * V2 has triggers, variables and conditions.
 * @example
 * const type: PipelineType = 'V2'
 */
export type PipelineType = 'V1' | 'V2'

/**
 * A pipeline as GetPipeline and pipeline files have it.
 * @example
 * const { pipeline } = await api.server.operations.getPipeline(admin, { name: 'site' })
 * const declared: PipelineDeclaration = { ...pipeline, executionMode: 'QUEUED' }
 */
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

/**
 * Where a pipeline keeps its artifacts.
 * @example
 * const artifactStore: ArtifactStoreDeclaration = { type: 'S3', location: api.server.identity.bucket }
 */
export interface ArtifactStoreDeclaration {
  readonly type: 'S3'
  readonly location: string
  readonly encryptionKey?: { readonly id: string; readonly type: 'KMS' }
}

/**
 * Actions that share a door.
 * @example
 * const stage: StageDeclaration = { name: 'Deploy', actions: [] }
 */
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

/**
 * What a condition does when its rules do not hold.
 * @example
 * const result: ConditionResult = 'ROLLBACK'
 */
export type ConditionResult = 'ROLLBACK' | 'FAIL' | 'RETRY' | 'SKIP'

/**
 * What of a stage is tried again.
 * @example
 * const mode: RetryMode = 'FAILED_ACTIONS'
 */
export type RetryMode = 'FAILED_ACTIONS' | 'ALL_ACTIONS'

/**
 * What follows a failed stage.
 * @example
 * const onFailure: FailureDeclaration = { result: 'RETRY', retryConfiguration: { retryMode: 'ALL_ACTIONS' } }
 */
export interface FailureDeclaration {
  readonly result?: ConditionResult
  readonly retryConfiguration?: { readonly retryMode?: RetryMode }
  readonly conditions?: readonly ConditionDeclaration[]
}

/**
 * Rules that a stage is entered or left by.
 * @example
 * const condition: ConditionDeclaration = { result: 'FAIL', rules: [] }
 */
export interface ConditionDeclaration {
  readonly result?: ConditionResult
  readonly rules?: readonly RuleDeclaration[]
}

/**
 * What names a rule.
 * @example
 * const id: RuleTypeId = { category: 'Rule', provider: 'DeploymentWindow' }
 */
export interface RuleTypeId {
  readonly category: 'Rule'
  readonly owner?: 'AWS'
  readonly provider: string
  readonly version?: string
}

/**
 * One rule of a condition.
 * @example
 * const rule: RuleDeclaration = {
 *   name: 'office-hours',
 *   ruleTypeId: { category: 'Rule', provider: 'DeploymentWindow' },
 *   configuration: { Cron: '* * 9-17 ? * MON-FRI *' },
 * }
 */
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

/**
 * One action of a stage.
 * @example
 * const action: ActionDeclaration = {
 *   name: 'Compile',
 *   actionTypeId: { category: 'Build', owner: 'Custom', provider: 'Rake', version: '1' },
 *   inputArtifacts: [{ name: 'Code' }],
 * }
 */
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

/**
 * An artifact that an action puts out, and which files go into it.
 * @example
 * const site: OutputArtifactDeclaration = { name: 'Site', files: ['public/**'] }
 */
export interface OutputArtifactDeclaration {
  readonly name: string
  readonly files?: readonly string[]
}

/**
 * A variable of an action's commands; `SECRETS_MANAGER` names a secret.
 * @example
 * const token: EnvironmentVariable = { name: 'TOKEN', value: 'npm-token', type: 'SECRETS_MANAGER' }
 */
export interface EnvironmentVariable {
  readonly name: string
  readonly value: string
  readonly type?: 'PLAINTEXT' | 'SECRETS_MANAGER'
}

/**
 * A variable of a pipeline, given when it is started.
 * @example
 * const variable: VariableDeclaration = { name: 'Stage', defaultValue: 'beta' }
 */
export interface VariableDeclaration {
  readonly name: string
  readonly defaultValue?: string
  readonly description?: string
}

/**
 * Which git events start a pipeline.
 * @example
 * const trigger: TriggerDeclaration = {
 *   providerType: 'CodeStarSourceConnection',
 *   gitConfiguration: { sourceActionName: 'Fetch', push: [{ branches: { includes: ['main'] } }] },
 * }
 */
export interface TriggerDeclaration {
  readonly providerType: 'CodeStarSourceConnection'
  readonly gitConfiguration: GitConfiguration
}

/**
 * The filters of one source action.
 * @example
 * const git: GitConfiguration = { sourceActionName: 'Fetch', push: [{ tags: { includes: ['v*'] } }] }
 */
export interface GitConfiguration {
  readonly sourceActionName: string
  readonly push?: readonly GitPushFilter[]
  readonly pullRequest?: readonly GitPullRequestFilter[]
}

/**
 * Patterns of which one must match, and none.
 * @example
 * const docs: GlobCriteria = { includes: ['docs/**'], excludes: ['docs/old/**'] }
 */
export interface GlobCriteria {
  readonly includes?: readonly string[]
  readonly excludes?: readonly string[]
}

/**
 * A push that starts the pipeline.
 * @example
 * const filter: GitPushFilter = { branches: { includes: ['main'] }, filePaths: { excludes: ['*.md'] } }
 */
export interface GitPushFilter {
  readonly tags?: GlobCriteria
  readonly branches?: GlobCriteria
  readonly filePaths?: GlobCriteria
}

/**
 * What happened to a pull request.
 * @example
 * const event: PullRequestEvent = 'UPDATED'
 */
export type PullRequestEvent = 'OPEN' | 'UPDATED' | 'CLOSED'

/**
 * A pull request that starts the pipeline.
 * @example
 * const filter: GitPullRequestFilter = { events: ['OPEN', 'UPDATED'], branches: { includes: ['main'] } }
 */
export interface GitPullRequestFilter {
  readonly events?: readonly PullRequestEvent[]
  readonly branches?: GlobCriteria
  readonly filePaths?: GlobCriteria
}

/**
 * What a pipeline is besides its structure.
 * @example
 * const age = (pipeline: Pipeline, now: number) => now - pipeline.created
 */
export interface Pipeline {
  readonly name: string
  readonly declaration: PipelineDeclaration
  readonly version: number
  /** Epoch milliseconds. */
  readonly created: number
  readonly updated: number
  readonly tags: Readonly<Record<string, string>>
}
