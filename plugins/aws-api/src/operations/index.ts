/** Every operation, by the name that `X-Amz-Target` carries. */
import type { Operation } from '../operation.js'
import { acknowledgeJob } from './acknowledge-job.js'
import { acknowledgeThirdPartyJob } from './acknowledge-third-party-job.js'
import { createCustomActionType } from './create-custom-action-type.js'
import { createPipeline } from './create-pipeline.js'
import { deleteCustomActionType } from './delete-custom-action-type.js'
import { deletePipeline } from './delete-pipeline.js'
import { deleteWebhook } from './delete-webhook.js'
import { deregisterWebhookWithThirdParty } from './deregister-webhook-with-third-party.js'
import { disableStageTransition } from './disable-stage-transition.js'
import { enableStageTransition } from './enable-stage-transition.js'
import { getActionType } from './get-action-type.js'
import { getJobDetails } from './get-job-details.js'
import { getPipeline } from './get-pipeline.js'
import { getPipelineExecution } from './get-pipeline-execution.js'
import { getPipelineState } from './get-pipeline-state.js'
import { getThirdPartyJobDetails } from './get-third-party-job-details.js'
import { listActionExecutions } from './list-action-executions.js'
import { listActionTypes } from './list-action-types.js'
import { listDeployActionExecutionTargets } from './list-deploy-action-execution-targets.js'
import { listPipelineExecutions } from './list-pipeline-executions.js'
import { listPipelines } from './list-pipelines.js'
import { listRuleExecutions } from './list-rule-executions.js'
import { listRuleTypes } from './list-rule-types.js'
import { listTagsForResource } from './list-tags-for-resource.js'
import { listWebhooks } from './list-webhooks.js'
import { overrideStageCondition } from './override-stage-condition.js'
import { pollForJobs } from './poll-for-jobs.js'
import { pollForThirdPartyJobs } from './poll-for-third-party-jobs.js'
import { putActionRevision } from './put-action-revision.js'
import { putApprovalResult } from './put-approval-result.js'
import { putJobFailureResult } from './put-job-failure-result.js'
import { putJobSuccessResult } from './put-job-success-result.js'
import { putThirdPartyJobFailureResult } from './put-third-party-job-failure-result.js'
import { putThirdPartyJobSuccessResult } from './put-third-party-job-success-result.js'
import { putWebhook } from './put-webhook.js'
import { registerWebhookWithThirdParty } from './register-webhook-with-third-party.js'
import { retryStageExecution } from './retry-stage-execution.js'
import { rollbackStage } from './rollback-stage.js'
import { startPipelineExecution } from './start-pipeline-execution.js'
import { stopPipelineExecution } from './stop-pipeline-execution.js'
import { tagResource } from './tag-resource.js'
import { untagResource } from './untag-resource.js'
import { updateActionType } from './update-action-type.js'
import { updatePipeline } from './update-pipeline.js'

/** By the name of the engine's method, near enough. */
export const operations = {
  acknowledgeJob,
  acknowledgeThirdPartyJob,
  createCustomActionType,
  createPipeline,
  deleteCustomActionType,
  deletePipeline,
  deleteWebhook,
  deregisterWebhookWithThirdParty,
  disableStageTransition,
  enableStageTransition,
  getActionType,
  getJobDetails,
  getPipeline,
  getPipelineExecution,
  getPipelineState,
  getThirdPartyJobDetails,
  listActionExecutions,
  listActionTypes,
  listDeployActionExecutionTargets,
  listPipelineExecutions,
  listPipelines,
  listRuleExecutions,
  listRuleTypes,
  listTagsForResource,
  listWebhooks,
  overrideStageCondition,
  pollForJobs,
  pollForThirdPartyJobs,
  putActionRevision,
  putApprovalResult,
  putJobFailureResult,
  putJobSuccessResult,
  putThirdPartyJobFailureResult,
  putThirdPartyJobSuccessResult,
  putWebhook,
  registerWebhookWithThirdParty,
  retryStageExecution,
  rollbackStage,
  startPipelineExecution,
  stopPipelineExecution,
  tagResource,
  untagResource,
  updateActionType,
  updatePipeline,
}

// Each operation's input type is its own; what the schema read is what `call` and `resource` take.
const byName = new Map(Object.values(operations).map((each) => [each.name, each as unknown as Operation]))

/** The operation of that name, or `undefined`. */
export function operationNamed(name: string): Operation | undefined {
  return byName.get(name)
}

/** As in `X-Amz-Target`. */
export const operationNames: readonly string[] = [...byName.keys()]
