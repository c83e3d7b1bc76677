/** Between rows and nouns. */
import type { Selectable } from 'kysely'
import type { ActionExecution } from '../domain/action.js'
import { actionTypeKey } from '../domain/action-type.js'
import type { RuleExecution } from '../domain/condition.js'
import { isLive, type PipelineExecution } from '../domain/execution.js'
import type { Job, JobData, JobKind, JobStatus } from '../domain/job.js'
import type { StageExecution } from '../domain/stage.js'
import type { JobTable, Schema } from './schema.js'

/** A row's noun. Whoever asks says which it is; the row was written from one. */
export function parse<T>(row: { readonly doc: string }): T {
  return JSON.parse(row.doc) as T
}

export function executionRow(execution: PipelineExecution): Schema['executions'] {
  return {
    id: execution.id,
    pipeline_name: execution.pipelineName,
    number: execution.number,
    pipeline_version: execution.pipelineVersion,
    live: isLive(execution.status) ? 1 : 0,
    status: execution.status,
    started: execution.started,
    client_request_token: execution.clientRequestToken ?? null,
    doc: JSON.stringify(execution),
  }
}

export function stageExecutionRow(stage: StageExecution, execution: PipelineExecution): Schema['stage_executions'] {
  return {
    execution_id: stage.executionId,
    stage_name: stage.stageName,
    pipeline_name: stage.pipelineName,
    number: execution.number,
    pipeline_version: execution.type === 'ROLLBACK' ? 0 : execution.pipelineVersion,
    status: stage.status,
    doc: JSON.stringify(stage),
  }
}

export function actionRow(action: ActionExecution | RuleExecution): Schema['action_executions'] {
  return {
    id: action.id,
    execution_id: action.executionId,
    pipeline_name: action.pipelineName,
    stage_name: action.stageName,
    number: action.number,
    status: action.status,
    started: action.started,
    deadline: action.deadline ?? null,
    doc: JSON.stringify(action),
  }
}

export function jobRow(job: Job): Omit<Schema['jobs'], 'number'> {
  return {
    id: job.id,
    kind: job.kind,
    pipeline_name: job.data.pipelineName,
    action_execution_id: job.data.actionExecutionId,
    type_key: actionTypeKey(job.data.actionTypeId),
    query_value: job.queryValue ?? null,
    status: job.status,
    nonce: job.nonce,
    available_at: job.availableAt,
    worker_id: job.workerId ?? null,
    lease_until: job.leaseUntil ?? null,
    fence: job.fence,
    continuation_token: job.continuationToken ?? null,
    cancel_requested: job.cancelRequested ?? null,
    client_id: job.clientId ?? null,
    created: job.created,
    started: null,
    ended: null,
    doc: JSON.stringify(job.data),
  }
}

export function toJob(row: Selectable<JobTable>): Job {
  return {
    id: row.id,
    kind: row.kind as JobKind,
    status: row.status as JobStatus,
    nonce: row.nonce,
    data: parse<JobData>(row),
    created: row.created,
    availableAt: row.available_at,
    fence: row.fence,
    ...(row.query_value === null ? {} : { queryValue: row.query_value }),
    ...(row.started === null ? {} : { started: row.started }),
    ...(row.worker_id === null ? {} : { workerId: row.worker_id }),
    ...(row.lease_until === null ? {} : { leaseUntil: row.lease_until }),
    ...(row.continuation_token === null ? {} : { continuationToken: row.continuation_token }),
    ...(row.client_id === null ? {} : { clientId: row.client_id }),
    ...(row.cancel_requested === null
      ? {}
      : { cancelRequested: row.cancel_requested as NonNullable<Job['cancelRequested']> }),
  }
}

/** What stands in the table of revisions for a branch: no revision is called so. */
export function branchKey(branch: string): string {
  return `refs/heads/${branch}`
}
