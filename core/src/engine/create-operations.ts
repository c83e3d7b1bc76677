import type { Principal } from '../domain/access.js'
import * as types from './action-types.js'
import { withDeclaredCodes } from './declared-codes.js'
import * as pipelines from './define-pipeline.js'
import { deployTargetsOf } from './deploy-targets.js'
import type { Engine } from './engine.js'
import { getPipelineState } from './get-pipeline-state.js'
import * as history from './history.js'
import type { CredentialsFor } from './job-view.js'
import * as jobs from './jobs.js'
import type { Operations } from './operations.js'
import { putActionRevision } from './report-revision.js'
import { listRuleExecutions } from './rule-history.js'
import { startPipelineExecution } from './start-execution.js'
import * as steer from './steer-execution.js'
import * as tags from './tags.js'
import { thirdPartyJob } from './third-party.js'
import * as webhooks from './webhooks.js'

/** What the operations need besides the engine. */
export interface OperationParts {
  readonly publicUrl: () => string
  readonly credentialsFor: CredentialsFor
  /** Makes third-party client tokens unguessable. */
  readonly clientTokenKey: string
}

type Verb<Input, Output> = (engine: Engine, by: Principal, input: Input) => Promise<Output>

/** Every operation of the service model, on this engine. */
export function createOperations(engine: Engine, parts: OperationParts): Operations {
  const on =
    <Input, Output>(verb: Verb<Input, Output>) =>
    (by: Principal, input: Input) =>
      verb(engine, by, input)
  return withDeclaredCodes({
    createPipeline: on(pipelines.createPipeline),
    updatePipeline: on(pipelines.updatePipeline),
    deletePipeline: on(pipelines.deletePipeline),
    getPipeline: on(pipelines.getPipeline),
    listPipelines: on(pipelines.listPipelines),
    getPipelineState: on(getPipelineState),
    putTags: on(tags.putTags),
    removeTags: on(tags.removeTags),
    listTags: on(tags.listTags),
    startPipelineExecution: on(startPipelineExecution),
    stopPipelineExecution: on(steer.stopPipelineExecution),
    retryStageExecution: on(steer.retryStageExecution),
    rollbackStage: on(steer.rollbackStage),
    overrideStageCondition: on(steer.overrideStageCondition),
    disableStageTransition: on(steer.disableStageTransition),
    enableStageTransition: on(steer.enableStageTransition),
    putApprovalResult: on(steer.putApprovalResult),
    putActionRevision: on(putActionRevision),
    getPipelineExecution: on(history.getPipelineExecution),
    listPipelineExecutions: on(history.listPipelineExecutions),
    listActionExecutions: on(history.listActionExecutions),
    listRuleExecutions: on(listRuleExecutions),
    listDeployActionExecutionTargets: on(deployTargetsOf),
    createCustomActionType: on(types.createCustomActionType),
    deleteCustomActionType: on(types.deleteCustomActionType),
    listActionTypes: on(types.listActionTypes),
    getActionType: on(types.getActionType),
    updateActionType: on(types.updateActionType),
    listRuleTypes: on(types.listRuleTypes),
    putWebhook: (_by, input) => webhooks.putWebhook(engine, parts.publicUrl(), input),
    listWebhooks: (_by, input) => webhooks.listWebhooks(engine, parts.publicUrl(), input),
    deleteWebhook: on(webhooks.deleteWebhook),
    registerWebhookWithThirdParty: (_by, input) => webhooks.setRegistered(engine, input.webhookName, true),
    deregisterWebhookWithThirdParty: (_by, input) => webhooks.setRegistered(engine, input.webhookName, false),
    ...jobOperations(engine, parts),
  })
}

/** J5..J9, and J13: the same for third parties, each call with its token. */
function jobOperations(engine: Engine, { credentialsFor, clientTokenKey: key }: OperationParts) {
  const checked = (jobId: string, clientToken: string) => thirdPartyJob(engine, jobId, clientToken, key)
  return {
    pollForJobs: (_by, input) => jobs.pollForJobs(engine, credentialsFor, input),
    acknowledgeJob: (_by, input) => jobs.acknowledgeJob(engine, input),
    getJobDetails: (_by, input) => jobs.getJobDetails(engine, credentialsFor, input),
    putJobSuccessResult: (_by, input) => jobs.putJobSuccessResult(engine, input),
    putJobFailureResult: (_by, input) => jobs.putJobFailureResult(engine, input),
    pollForThirdPartyJobs: (_by, input) => jobs.pollForThirdPartyJobs(engine, input),
    async acknowledgeThirdPartyJob(_by, { clientToken, ...input }) {
      await checked(input.jobId, clientToken)
      return jobs.acknowledgeJob(engine, input)
    },
    async getThirdPartyJobDetails(_by, { jobId, clientToken }) {
      const { nonce } = await thirdPartyJob(engine, jobId, clientToken, key, 'InvalidJobException')
      const { id, data } = (await jobs.getJobDetails(engine, credentialsFor, { jobId })).jobDetails
      return { jobDetails: { id, data, nonce } }
    },
    async putThirdPartyJobSuccessResult(_by, { clientToken, ...input }) {
      await checked(input.jobId, clientToken)
      await jobs.putJobSuccessResult(engine, input)
    },
    async putThirdPartyJobFailureResult(_by, { clientToken, ...input }) {
      await checked(input.jobId, clientToken)
      await jobs.putJobFailureResult(engine, input)
    },
  } satisfies Partial<Operations>
}
