import type { ActionExecution } from '../../domain/action.js'
import { defined } from '../../domain/defined.js'
import type { PipelineExecution } from '../../domain/execution.js'
import { Fault } from '../../domain/faults.js'
import type { ExecutionDetails, Job, JobSuccess } from '../../domain/job.js'
import type { Revision } from '../../domain/revision.js'
import type { Draft } from '../draft.js'
import type { JobFailedEvent, JobProgressedEvent, JobSucceededEvent, TimeOutEvent } from '../events.js'
import { askAgain } from './approval.js'
import { failRule } from './rule.js'

/** V5: bytes of all of one action's output variables together. */
export const outputVariablesLimit = 122_880

/** J8: shown, nothing more. */
export function jobProgressed(draft: Draft, { job, details }: JobProgressedEvent): string {
  const id = job.data.actionExecutionId
  if (job.kind === 'rule') {
    const rule = draft.findRule(id)
    if (rule?.status === 'InProgress') draft.putRule({ ...rule, ...withoutPercent(details) })
    return job.data.pipelineExecutionId
  }
  const action = draft.findAction(id)
  if (action?.status === 'InProgress') {
    draft.putAction({ ...action, ...started(action, job), ...defined(details) })
    draft.tellAction(id)
  }
  return job.data.pipelineExecutionId
}

/**
 * The job is done, or goes on in another (J7, J8, V6). Errors: InvalidJobStateException,
 * OutputVariablesSizeExceededException.
 */
export function jobSucceeded(draft: Draft, { job, success }: JobSucceededEvent): string {
  refuseUnlessWanted(draft, job)
  draft.reportJob(job, 'succeed')
  noteStart(draft, job)
  if (success.continuationToken !== undefined) {
    continueJob(draft, job, success, success.continuationToken)
  } else if (job.kind === 'rule') {
    draft.stepRule(job.data.actionExecutionId, 'succeed', withoutPercent(success.executionDetails ?? {}))
  } else {
    succeed(draft, draft.action(job.data.actionExecutionId), success)
  }
  return job.data.pipelineExecutionId
}

/** The job failed, and so does its action (J12). Errors: InvalidJobStateException. */
export function jobFailed(draft: Draft, { job, failure }: JobFailedEvent): string {
  refuseUnlessWanted(draft, job)
  draft.reportJob(job, 'fail')
  noteStart(draft, job)
  const id = job.data.actionExecutionId
  const error = { code: failure.type, message: failure.message }
  const external = failure.externalExecutionId === undefined ? {} : { externalExecutionId: failure.externalExecutionId }
  if (job.kind === 'rule') failRule(draft, id, error.code, error.message)
  else draft.stepAction(id, 'fail', { error, ...external })
  return job.data.pipelineExecutionId
}

/** J10, A3: nobody answered in time. */
export function timeOut(draft: Draft, event: TimeOutEvent): string {
  const id = event.actionExecutionId
  const rule = draft.findRule(id)
  const held = rule ?? draft.findAction(id)
  if (!held) return event.executionId // its stage is over: somebody else was faster
  if (held.status !== 'InProgress' || held.deadline === undefined || held.deadline > draft.now) return event.executionId
  const minutes = Math.round((held.deadline - held.started) / 60_000)
  const message = `it did not finish within ${minutes} minutes`
  if (rule) failRule(draft, id, 'Timeout', message)
  else draft.stepAction(id, 'fail', { error: { code: 'Timeout', message }, summary: message })
  draft.endJob({ actionExecutionId: id, how: 'timeout' })
  return event.executionId
}

/** What waits for a worker does not work: the action keeps when its first job was taken. */
function noteStart(draft: Draft, job: Job): void {
  const action = job.kind === 'action' ? draft.findAction(job.data.actionExecutionId) : undefined
  if (action) draft.putAction({ ...action, ...started(action, job) })
}

function started(action: ActionExecution, job: Job): Pick<ActionExecution, 'workStarted'> {
  return defined({ workStarted: action.workStarted ?? job.started })
}

/** J9: what is no longer in progress takes no result. */
function refuseUnlessWanted(draft: Draft, job: Job): void {
  const id = job.data.actionExecutionId
  const status = (draft.findRule(id) ?? draft.findAction(id))?.status
  if (job.status === 'InProgress' && status === 'InProgress') return
  throw new Fault(
    'InvalidJobStateException',
    `The job ${job.id} takes no result: it is ${job.status}${status === undefined || status === 'InProgress' ? '' : `, and its action ${status}`}`,
  )
}

/** J7: this job is done with; another carries the token on. */
function continueJob(draft: Draft, job: Job, success: JobSuccess, continuationToken: string): void {
  const { workerId: _worker, leaseUntil: _lease, cancelRequested: _cancel, started: _started, ...kept } = job
  draft.queueJob({
    ...kept,
    id: draft.around.newId(),
    nonce: draft.around.newId(),
    status: 'Queued',
    created: draft.now,
    availableAt: draft.now + (success.continueAfter ?? 0),
    continuationToken,
  })
  if (job.kind === 'rule') return
  const action = draft.action(job.data.actionExecutionId)
  draft.putAction({ ...action, ...defined(success.executionDetails ?? {}) })
  draft.tellAction(action.id)
}

function succeed(draft: Draft, action: ActionExecution, success: JobSuccess): void {
  const variables = success.outputVariables
  const size = variables ? Buffer.byteLength(JSON.stringify(variables)) : 0
  if (size > outputVariablesLimit) {
    throw new Fault(
      'OutputVariablesSizeExceededException',
      `The output variables of action '${action.actionName}' take ${size} bytes, and the limit is ${outputVariablesLimit}`,
    )
  }
  const execution = draft.execution(action.executionId)
  const revision =
    success.currentRevision ?? execution.sourceRevisions.find((one) => one.actionName === action.actionName)
  const artifacts = action.outputArtifacts.map((one) => (revision ? { ...one, revisionId: revision.revisionId } : one))
  draft.stepAction(action.id, 'succeed', {
    ...defined(success.executionDetails ?? {}),
    percentComplete: 100,
    outputArtifacts: artifacts,
    ...(variables ? { outputVariables: variables } : {}),
    ...(revision ? { currentRevision: revision } : {}),
  })
  draft.putExecution(withOutputs(draft, execution, action, artifacts, success))
  if (artifacts.length > 0) askAgain(draft, execution.id, action.stageName)
  if (success.currentRevision && isSource(draft, execution, action)) {
    draft.useRevision({ ...success.currentRevision, actionName: action.actionName }, execution.id)
  }
}

function withOutputs(
  draft: Draft,
  execution: PipelineExecution,
  action: ActionExecution,
  artifacts: ActionExecution['outputArtifacts'],
  success: JobSuccess,
): PipelineExecution {
  const declared = declaration(draft, execution, action)
  const namespace = declared?.namespace
  return {
    ...execution,
    artifacts: { ...execution.artifacts, ...Object.fromEntries(artifacts.map((one) => [one.name, one])) },
    outputVariables:
      namespace === undefined
        ? execution.outputVariables
        : { ...execution.outputVariables, [namespace]: success.outputVariables ?? {} },
    sourceRevisions:
      success.currentRevision && isSource(draft, execution, action)
        ? pinned(execution, action.actionName, success.currentRevision)
        : execution.sourceRevisions,
  }
}

function declaration(draft: Draft, execution: PipelineExecution, action: ActionExecution) {
  return draft.stageDeclaration(execution, action.stageName).actions.find((one) => one.name === action.actionName)
}

function isSource(draft: Draft, execution: PipelineExecution, action: ActionExecution): boolean {
  return declaration(draft, execution, action)?.actionTypeId.category === 'Source'
}

function pinned(
  execution: PipelineExecution,
  actionName: string,
  revision: Revision,
): PipelineExecution['sourceRevisions'] {
  const others = execution.sourceRevisions.filter((one) => one.actionName !== actionName)
  return [...others, { ...revision, actionName }]
}

function withoutPercent({
  percentComplete: _none,
  ...details
}: ExecutionDetails): Omit<ExecutionDetails, 'percentComplete'> {
  return details
}
