/**
 * What the verbs of the engine take and answer, in CodePipeline's own words: one method per operation of the service
 * model, with its input members and output members. `operations/` has the operations themselves.
 * Every method takes the caller (for `lastChangedBy`, triggers and the audit log) and throws a Fault with the
 * operation's declared error codes. Inputs are checked for the model's constraints by the protocol's own layer and for
 * meaning here. Timestamps are Dates.
 */
import type { Principal } from '../domain/access.js'
import type { ActionType, ActionTypeId } from '../domain/action-type.js'
import type { JobStatus } from '../domain/job.js'
import type { PipelineDeclaration } from '../domain/pipeline.js'
import type { SourceRevisionOverride } from '../domain/revision.js'
import type * as V from './views.js'

/**
 * Which part of a list.
 * @example
 * const page: Page = { maxResults: 20 }
 */
export interface Page {
  readonly nextToken?: string | undefined
  readonly maxResults?: number | undefined
}

/**
 * Names a stage.
 * @example
 * const stage: StageRef = { pipelineName: 'site', stageName: 'Deploy' }
 */
export interface StageRef {
  readonly pipelineName: string
  readonly stageName: string
}

/**
 * Names an action.
 * @example
 * const action: ActionRef = { pipelineName: 'site', stageName: 'Deploy', actionName: 'Copy' }
 */
export interface ActionRef extends StageRef {
  readonly actionName: string
}

/**
 * Names an execution.
 * @example
 * const execution: ExecutionRef = { pipelineName: 'site', pipelineExecutionId: 'b5a8e5f0-0000-4000-8000-000000000000' }
 */
export interface ExecutionRef {
  readonly pipelineName: string
  readonly pipelineExecutionId: string
}
type Answer<T> = Promise<T>
type None = Promise<void>

/**
 * Pipelines, made and asked about.
 * @example
 * const pipelines: PipelineOperations = verbs
 * await pipelines.listPipelines(admin, { maxResults: 10 })
 */
export interface PipelineOperations {
  createPipeline(
    by: Principal,
    input: {
      pipeline: PipelineDeclaration
      tags?: readonly V.Tag[] | undefined
    },
  ): Answer<{ pipeline: PipelineDeclaration; tags: V.Tag[] }>
  updatePipeline(by: Principal, input: { pipeline: PipelineDeclaration }): Answer<{ pipeline: PipelineDeclaration }>
  deletePipeline(by: Principal, input: { name: string }): None
  getPipeline(
    by: Principal,
    input: { name: string; version?: number | undefined },
  ): Answer<{ pipeline: PipelineDeclaration; metadata: V.PipelineMetadata }>
  listPipelines(by: Principal, input: Page): Answer<{ pipelines: V.PipelineSummary[]; nextToken?: string }>
  getPipelineState(by: Principal, input: { name: string }): Answer<V.PipelineState>
  putTags(by: Principal, input: { resourceArn: string; tags: readonly V.Tag[] }): None
  removeTags(by: Principal, input: { resourceArn: string; tagKeys: readonly string[] }): None
  listTags(by: Principal, input: { resourceArn: string } & Page): Answer<{ tags: V.Tag[]; nextToken?: string }>
}

/**
 * Executions, started, steered and looked at.
 * @example
 * const executions: ExecutionOperations = verbs
 * await executions.startPipelineExecution(admin, { name: 'site' })
 */
export interface ExecutionOperations {
  startPipelineExecution(
    by: Principal,
    input: {
      name: string
      variables?: readonly { name: string; value: string }[] | undefined
      clientRequestToken?: string | undefined
      sourceRevisions?: readonly SourceRevisionOverride[] | undefined
    },
  ): Answer<{ pipelineExecutionId: string }>
  stopPipelineExecution(
    by: Principal,
    input: ExecutionRef & {
      abandon?: boolean | undefined
      reason?: string | undefined
    },
  ): Answer<{ pipelineExecutionId: string }>
  retryStageExecution(
    by: Principal,
    input: StageRef & ExecutionRef & { retryMode: 'FAILED_ACTIONS' | 'ALL_ACTIONS' },
  ): Answer<{ pipelineExecutionId: string }>
  rollbackStage(
    by: Principal,
    input: StageRef & { targetPipelineExecutionId: string },
  ): Answer<{ pipelineExecutionId: string }>
  overrideStageCondition(
    by: Principal,
    input: StageRef & ExecutionRef & { conditionType: 'BEFORE_ENTRY' | 'ON_SUCCESS' },
  ): None
  disableStageTransition(
    by: Principal,
    input: StageRef & {
      transitionType: 'Inbound' | 'Outbound'
      reason: string
    },
  ): None
  enableStageTransition(by: Principal, input: StageRef & { transitionType: 'Inbound' | 'Outbound' }): None
  putApprovalResult(
    by: Principal,
    input: ActionRef & {
      result: { status: 'Approved' | 'Rejected'; summary: string }
      token: string
    },
  ): Answer<{ approvedAt: Date }>
  putActionRevision(
    by: Principal,
    input: ActionRef & {
      actionRevision: {
        revisionId: string
        revisionChangeId: string
        created: Date
      }
    },
  ): Answer<{ newRevision: boolean; pipelineExecutionId: string }>
  getPipelineExecution(by: Principal, input: ExecutionRef): Answer<{ pipelineExecution: V.PipelineExecution }>
  listPipelineExecutions(
    by: Principal,
    input: {
      pipelineName: string
      filter?: { succeededInStage?: { stageName?: string | undefined } | undefined } | undefined
    } & Page,
  ): Answer<{
    pipelineExecutionSummaries: V.PipelineExecutionSummary[]
    nextToken?: string
  }>
  listActionExecutions(
    by: Principal,
    input: {
      pipelineName: string
      filter?: V.HistoryFilter | undefined
    } & Page,
  ): Answer<{
    actionExecutionDetails: V.ActionExecutionDetail[]
    nextToken?: string
  }>
  listRuleExecutions(
    by: Principal,
    input: {
      pipelineName: string
      filter?: V.HistoryFilter | undefined
    } & Page,
  ): Answer<{
    ruleExecutionDetails: V.RuleExecutionDetail[]
    nextToken?: string
  }>
  listDeployActionExecutionTargets(
    by: Principal,
    input: {
      pipelineName?: string | undefined
      actionExecutionId: string
      filters?: readonly { name: 'TARGET_STATUS'; values: readonly string[] }[] | undefined
    } & Page,
  ): Answer<{ targets: V.DeployTarget[]; nextToken?: string }>
}

/**
 * Action types, and custom ones made.
 * @example
 * const types: ActionTypeOperations = verbs
 * await types.listActionTypes(admin, { actionOwnerFilter: 'Custom' })
 */
export interface ActionTypeOperations {
  createCustomActionType(
    by: Principal,
    input: V.CustomActionTypeInput,
  ): Answer<{ actionType: ActionType; tags: V.Tag[] }>
  deleteCustomActionType(
    by: Principal,
    input: {
      category: ActionTypeId['category']
      provider: string
      version: string
    },
  ): None
  listActionTypes(
    by: Principal,
    input: {
      actionOwnerFilter?: ActionTypeId['owner'] | undefined
      regionFilter?: string | undefined
      nextToken?: string | undefined
    },
  ): Answer<{ actionTypes: ActionType[]; nextToken?: string }>
  /** The newer, executor-bearing declaration of GetActionType and UpdateActionType, kept as the client sent it. */
  getActionType(
    by: Principal,
    input: {
      category: ActionTypeId['category']
      owner: string
      provider: string
      version: string
    },
  ): Answer<{ actionType: V.ActionTypeDeclaration }>
  updateActionType(by: Principal, input: { actionType: V.ActionTypeDeclaration }): None
  listRuleTypes(
    by: Principal,
    input: {
      ruleOwnerFilter?: 'AWS' | undefined
      regionFilter?: string | undefined
    },
  ): Answer<{ ruleTypes: V.RuleType[] }>
}

/**
 * What job workers call.
 * @example
 * const jobs: JobOperations = verbs
 * const actionTypeId = { category: 'Build', owner: 'Custom', provider: 'Rake', version: '1' } as const
 * await jobs.pollForJobs(admin, { actionTypeId })
 */
export interface JobOperations {
  pollForJobs(
    by: Principal,
    input: {
      actionTypeId: ActionTypeId
      maxBatchSize?: number | undefined
      queryParam?: Readonly<Record<string, string>> | undefined
    },
  ): Answer<{ jobs: V.Job[] }>
  acknowledgeJob(by: Principal, input: { jobId: string; nonce: string }): Answer<{ status: JobStatus }>
  getJobDetails(by: Principal, input: { jobId: string }): Answer<{ jobDetails: V.JobDetails }>
  putJobSuccessResult(by: Principal, input: V.JobSuccessInput): None
  putJobFailureResult(by: Principal, input: V.JobFailureInput): None
  pollForThirdPartyJobs(
    by: Principal,
    input: { actionTypeId: ActionTypeId; maxBatchSize?: number | undefined },
  ): Answer<{ jobs: { clientId: string; jobId: string }[] }>
  acknowledgeThirdPartyJob(
    by: Principal,
    input: { jobId: string; nonce: string; clientToken: string },
  ): Answer<{ status: JobStatus }>
  getThirdPartyJobDetails(
    by: Principal,
    input: { jobId: string; clientToken: string },
  ): Answer<{ jobDetails: Omit<V.JobDetails, 'accountId'> & { nonce: string } }>
  putThirdPartyJobSuccessResult(by: Principal, input: V.JobSuccessInput & { clientToken: string }): None
  putThirdPartyJobFailureResult(by: Principal, input: V.JobFailureInput & { clientToken: string }): None
}

/**
 * Webhooks, made and listed.
 * @example
 * const webhooks: WebhookOperations = verbs
 * await webhooks.listWebhooks(admin, {})
 */
export interface WebhookOperations {
  putWebhook(
    by: Principal,
    input: {
      webhook: V.WebhookDefinition
      tags?: readonly V.Tag[] | undefined
    },
  ): Answer<{ webhook: V.Webhook }>
  listWebhooks(by: Principal, input: Page): Answer<{ webhooks: V.Webhook[]; nextToken?: string }>
  deleteWebhook(by: Principal, input: { name: string }): None
  registerWebhookWithThirdParty(by: Principal, input: { webhookName?: string | undefined }): None
  deregisterWebhookWithThirdParty(by: Principal, input: { webhookName?: string | undefined }): None
}
