/** What operations answer: the service model's output shapes, timestamps as Dates. Members that are absent are left out. */

import type { ActionStatus } from '../domain/action.js'
import type {
  ActionConfigurationProperty,
  ActionType,
  ActionTypeId,
  ActionTypeSettings,
  ArtifactDetails,
} from '../domain/action-type.js'
import type { ConditionStatus, RuleStatus } from '../domain/condition.js'
import type { ExecutionStatus, ExecutionTrigger, ExecutionType } from '../domain/execution.js'
import type { FailureType } from '../domain/job.js'
import type { ExecutionMode, PipelineType, RuleTypeId } from '../domain/pipeline.js'
import type { RetryStageMetadata, StageStatus } from '../domain/stage.js'

export interface Tag {
  key: string
  value: string
}
export interface PipelineMetadata {
  pipelineArn: string
  created: Date
  updated: Date
}
export interface PipelineSummary {
  name: string
  version: number
  pipelineType: PipelineType
  executionMode: ExecutionMode
  created: Date
  updated: Date
}
export interface StageExecution {
  pipelineExecutionId: string
  status: StageStatus
  type?: ExecutionType
}
export interface TransitionState {
  enabled: boolean
  lastChangedBy?: string
  lastChangedAt?: Date
  disabledReason?: string
}
export interface ErrorDetails {
  code?: string
  message?: string
}
export interface ActionRevision {
  revisionId: string
  revisionChangeId: string
  created: Date
}
export interface ActionExecution {
  actionExecutionId?: string
  status?: ActionStatus
  summary?: string
  lastStatusChange?: Date
  token?: string
  lastUpdatedBy?: string
  externalExecutionId?: string
  externalExecutionUrl?: string
  percentComplete?: number
  errorDetails?: ErrorDetails
}
export interface ActionState {
  actionName: string
  currentRevision?: ActionRevision
  latestExecution?: ActionExecution
  entityUrl?: string
  revisionUrl?: string
}
export interface RuleState {
  ruleName: string
  latestExecution?: {
    ruleExecutionId: string
    status: RuleStatus
    summary?: string
    lastStatusChange: Date
    externalExecutionId?: string
    externalExecutionUrl?: string
    errorDetails?: ErrorDetails
  }
}
export interface StageConditionState {
  latestExecution: { status: ConditionStatus; summary?: string }
  conditionStates: {
    latestExecution: {
      status: ConditionStatus
      summary?: string
      lastStatusChange: Date
    }
    ruleStates: RuleState[]
  }[]
}
export interface StageState {
  stageName: string
  inboundExecution?: StageExecution
  inboundExecutions?: StageExecution[]
  inboundTransitionState: TransitionState
  actionStates: ActionState[]
  latestExecution?: StageExecution
  beforeEntryConditionState?: StageConditionState
  onSuccessConditionState?: StageConditionState
  onFailureConditionState?: StageConditionState
  retryStageMetadata?: RetryStageMetadata
}
export interface PipelineState {
  pipelineName: string
  pipelineVersion: number
  stageStates: StageState[]
  created: Date
  updated: Date
}
export interface ArtifactRevision {
  name: string
  revisionId?: string
  revisionChangeIdentifier?: string
  revisionSummary?: string
  created?: Date
  revisionUrl?: string
}
export interface PipelineExecution {
  pipelineName: string
  pipelineVersion: number
  pipelineExecutionId: string
  status: ExecutionStatus
  statusSummary?: string
  artifactRevisions: ArtifactRevision[]
  variables?: { name: string; resolvedValue: string }[]
  trigger: ExecutionTrigger
  executionMode: ExecutionMode
  executionType: ExecutionType
  rollbackMetadata?: { rollbackTargetPipelineExecutionId: string }
}
export interface SourceRevision {
  actionName: string
  revisionId?: string
  revisionSummary?: string
  revisionUrl?: string
}
export interface PipelineExecutionSummary {
  pipelineExecutionId: string
  status: ExecutionStatus
  statusSummary?: string
  startTime: Date
  lastUpdateTime: Date
  sourceRevisions: SourceRevision[]
  trigger: ExecutionTrigger
  stopTrigger?: { reason?: string }
  executionMode: ExecutionMode
  executionType: ExecutionType
  rollbackMetadata?: { rollbackTargetPipelineExecutionId: string }
}
export interface HistoryFilter {
  pipelineExecutionId?: string | undefined
  latestInPipelineExecution?: { pipelineExecutionId: string; startTimeRange: 'Latest' | 'All' } | undefined
}
export interface ArtifactDetail {
  name: string
  s3location: { bucket: string; key: string }
}
export interface ActionExecutionDetail {
  pipelineExecutionId: string
  actionExecutionId: string
  pipelineVersion: number
  stageName: string
  actionName: string
  startTime: Date
  lastUpdateTime: Date
  updatedBy?: string
  status: ActionStatus
  input: {
    actionTypeId: ActionTypeId
    configuration: Record<string, string>
    resolvedConfiguration: Record<string, string>
    roleArn?: string
    region?: string
    inputArtifacts: ArtifactDetail[]
    namespace?: string
  }
  output?: {
    outputArtifacts: ArtifactDetail[]
    executionResult?: {
      externalExecutionId?: string
      externalExecutionSummary?: string
      externalExecutionUrl?: string
      errorDetails?: ErrorDetails
    }
    outputVariables?: Record<string, string>
  }
}
export interface RuleExecutionDetail {
  pipelineExecutionId: string
  ruleExecutionId: string
  pipelineVersion: number
  stageName: string
  ruleName: string
  startTime: Date
  lastUpdateTime: Date
  updatedBy?: string
  status: RuleStatus
  input: {
    ruleTypeId: RuleTypeId
    configuration: Record<string, string>
    resolvedConfiguration: Record<string, string>
    roleArn?: string
    region?: string
    inputArtifacts: ArtifactDetail[]
  }
  output?: {
    executionResult: {
      externalExecutionId?: string
      externalExecutionSummary?: string
      externalExecutionUrl?: string
      errorDetails?: ErrorDetails
    }
  }
}
export interface DeployTarget {
  targetId: string
  targetType: string
  status: string
  startTime?: Date
  endTime?: Date
  events: {
    name: string
    status: string
    startTime?: Date
    endTime?: Date
    context?: { message?: string }
  }[]
}
export interface CustomActionTypeInput {
  category: ActionTypeId['category']
  provider: string
  version: string
  settings?: ActionTypeSettings | undefined
  configurationProperties?: readonly ActionConfigurationProperty[] | undefined
  inputArtifactDetails: ArtifactDetails
  outputArtifactDetails: ArtifactDetails
  tags?: readonly Tag[] | undefined
}
/** GetActionType's declaration. Its inner parts are data to the engine, save `id`, `executor` and the artifact counts. */
export interface ActionTypeDeclaration {
  description?: string
  executor: {
    configuration: Record<string, unknown>
    type: 'JobWorker' | 'Lambda'
    policyStatementsTemplate?: string
    jobTimeout?: number
  }
  id: ActionTypeId
  inputArtifactDetails: ArtifactDetails
  outputArtifactDetails: ArtifactDetails
  permissions?: { allowedAccounts: readonly string[] }
  properties?: readonly {
    name: string
    optional: boolean
    key: boolean
    noEcho: boolean
    queryable?: boolean
    description?: string
  }[]
  urls?: {
    configurationUrl?: string
    entityUrlTemplate?: string
    executionUrlTemplate?: string
    revisionUrlTemplate?: string
  }
}
export interface RuleType {
  id: RuleTypeId
  settings?: Record<string, string>
  ruleConfigurationProperties: ActionConfigurationProperty[]
  inputArtifactDetails: ArtifactDetails
}
export interface JobArtifact {
  name: string
  revision?: string
  location: {
    type: 'S3'
    s3Location: { bucketName: string; objectKey: string }
  }
}
export interface SessionCredentials {
  accessKeyId: string
  secretAccessKey: string
  sessionToken: string
}
export interface JobData {
  actionTypeId: ActionTypeId
  actionConfiguration: { configuration: Record<string, string> }
  pipelineContext: {
    pipelineName: string
    stage: { name: string }
    action: { name: string; actionExecutionId: string }
    /** Absent for third-party jobs (J13). */
    pipelineArn?: string
    pipelineExecutionId?: string
  }
  inputArtifacts: JobArtifact[]
  outputArtifacts: JobArtifact[]
  artifactCredentials: SessionCredentials
  continuationToken?: string
  encryptionKey?: { id: string; type: 'KMS' }
}
export interface Job {
  id: string
  nonce: string
  accountId: string
  data: JobData
}
export interface JobDetails {
  id: string
  accountId: string
  data: JobData
}
export interface JobSuccessInput {
  jobId: string
  currentRevision?:
    | {
        revision: string
        changeIdentifier: string
        created?: Date | undefined
        revisionSummary?: string | undefined
      }
    | undefined
  continuationToken?: string | undefined
  executionDetails?:
    | {
        summary?: string | undefined
        externalExecutionId?: string | undefined
        percentComplete?: number | undefined
      }
    | undefined
  outputVariables?: Readonly<Record<string, string>> | undefined
}
export interface JobFailureInput {
  jobId: string
  failureDetails: {
    type: FailureType
    message: string
    externalExecutionId?: string | undefined
  }
}
export interface WebhookDefinition {
  name: string
  targetPipeline: string
  targetAction: string
  filters: readonly { jsonPath: string; matchEquals?: string | undefined }[]
  authentication: 'GITHUB_HMAC' | 'IP' | 'UNAUTHENTICATED'
  authenticationConfiguration: {
    AllowedIPRange?: string | undefined
    SecretToken?: string | undefined
  }
}
export interface Webhook {
  definition: WebhookDefinition
  url: string
  errorMessage?: string
  errorCode?: string
  lastTriggered?: Date
  arn: string
  tags: Tag[]
}
export type { ActionType }
