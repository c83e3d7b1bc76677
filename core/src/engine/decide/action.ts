import type { ActionExecution } from '../../domain/action.js'
import { approvalTimeout } from '../../domain/approval.js'
import { type Artifact, artifactKey } from '../../domain/artifact.js'
import type { PipelineExecution } from '../../domain/execution.js'
import type { Job, JobData } from '../../domain/job.js'
import type { ActionDeclaration } from '../../domain/pipeline.js'
import type { Draft } from '../draft.js'
import type { ActionTypeFacts } from '../state.js'
import { askApproval, standingOf } from './approval.js'
import { tryResolve } from './resolve.js'
import { untrustedProblem } from './untrusted.js'

const minute = 60_000

/** Starts one action of a stage: its configuration resolved, its artifacts named, its job queued or its approval asked. */
export function beginAction(draft: Draft, executionId: string, stageName: string, declared: ActionDeclaration): void {
  const execution = draft.execution(executionId)
  const facts = draft.around.actionType(declared.actionTypeId)
  const configuration = declared.configuration ?? {}
  const resolved = tryResolve(draft, execution, configuration)
  const missing = (declared.inputArtifacts ?? []).find(({ name }) => !execution.artifacts[name])
  const action: ActionExecution = {
    id: draft.around.newId(),
    pipelineName: draft.pipelineName,
    executionId,
    pipelineVersion: execution.pipelineVersion,
    stageName,
    actionName: declared.name,
    runOrder: declared.runOrder ?? 1,
    number: draft.nextNumber(),
    attempt: 1,
    status: 'InProgress',
    started: draft.now,
    updated: draft.now,
    deadline: draft.now + allowance(declared, facts),
    configuration,
    resolvedConfiguration: 'resolved' in resolved ? resolved.resolved : configuration,
    inputArtifacts: (declared.inputArtifacts ?? []).flatMap(({ name }) => execution.artifacts[name] ?? []),
    outputArtifacts: (declared.outputArtifacts ?? []).map(({ name }) => newArtifact(draft, execution, name)),
    ...(declared.actionTypeId.category === 'Approval'
      ? { token: draft.around.newId(), approvals: standingOf(draft, executionId, stageName, declared.runOrder ?? 1) }
      : {}),
  }
  remember(draft, action)
  if ('problem' in resolved) refuse(draft, action, 'InvalidVariable', resolved.problem)
  else if (missing) refuse(draft, action, 'ConfigurationError', noArtifact(missing.name))
  else if (!facts)
    refuse(draft, action, 'ConfigurationError', noProvider(declared, draft.around.formerly?.(declared.actionTypeId)))
  else if (declared.actionTypeId.category === 'Approval') askApproval(draft, action)
  else {
    const job = jobFor(draft, execution, action, declared, facts, resolved.forJob)
    const problem = untrustedProblem(execution, facts, job.data)
    if (problem === undefined) draft.queueJob(job)
    else refuse(draft, action, 'ConfigurationError', problem)
  }
}

const noArtifact = (name: string) =>
  `the input artifact '${name}' has not been put out by any earlier action of this execution`
function noProvider({ actionTypeId: id }: ActionDeclaration, plugin: string | undefined): string {
  const type = `${id.category}/${id.owner}/${id.provider}/${id.version}`
  return plugin === undefined
    ? `no plugin or custom action type provides ${type}: add the plugin to penstock.yaml, or create the custom action type`
    : `${type} is the plugin ${plugin}'s, which is switched off or has failed: "penstock plugin list" says why, and "penstock plugin enable ${plugin}" switches it on`
}

/** J10, A3, S18: how long it may take, milliseconds. */
function allowance(declared: ActionDeclaration, facts: ActionTypeFacts | undefined): number {
  if (declared.timeoutInMinutes !== undefined) return declared.timeoutInMinutes * minute
  if (declared.actionTypeId.category === 'Approval') return approvalTimeout
  return (facts?.timeoutInMinutes ?? 24 * 60) * minute
}

/** Writes the action down where its stage, and the page, find it. Attempts count up over retries (R2). */
function remember(draft: Draft, action: ActionExecution): void {
  const stage = draft.stageExecution(action.executionId, action.stageName)
  const record = draft.stageRecord(action.stageName)
  const before = draft.findAction(record.latestActions[action.actionName] ?? '')
  const attempt = before?.executionId === action.executionId ? before.attempt + 1 : 1
  draft.putAction({ ...action, attempt })
  draft.putStageExecution({ ...stage, actions: { ...stage.actions, [action.actionName]: action.id } })
  draft.putStageRecord({ ...record, latestActions: { ...record.latestActions, [action.actionName]: action.id } })
  draft.tellAction(action.id)
}

function refuse(draft: Draft, action: ActionExecution, code: string, message: string): void {
  draft.stepAction(action.id, 'fail', { error: { code, message }, summary: message })
}

function newArtifact(draft: Draft, execution: PipelineExecution, name: string): Artifact {
  const key = artifactKey(execution.pipelineName, name, draft.around.newId())
  return { name, location: { bucket: bucketOf(draft, execution), key } }
}

function bucketOf(draft: Draft, execution: PipelineExecution): string {
  const { artifactStore, artifactStores } = draft.definition(execution)
  return artifactStore?.location ?? artifactStores?.[draft.around.region]?.location ?? draft.around.bucket
}

function jobFor(
  draft: Draft,
  execution: PipelineExecution,
  action: ActionExecution,
  declared: ActionDeclaration,
  facts: ActionTypeFacts,
  configuration: JobData['configuration'],
): Job {
  const queryValue = facts.queryableProperty && action.resolvedConfiguration[facts.queryableProperty]
  return {
    id: draft.around.newId(),
    kind: 'action',
    status: 'Queued',
    nonce: draft.around.newId(),
    data: jobData(draft, execution, action, declared, configuration),
    created: draft.now,
    availableAt: draft.now,
    fence: 0,
    ...(queryValue ? { queryValue } : {}),
    ...(facts.clientId ? { clientId: facts.clientId } : {}),
  }
}

function jobData(
  draft: Draft,
  execution: PipelineExecution,
  action: ActionExecution,
  declared: ActionDeclaration,
  configuration: JobData['configuration'],
): JobData {
  const revision = execution.sourceRevisions.find((one) => one.actionName === declared.name)
  const sourceOverride = execution.sourceOverrides.find((one) => one.actionName === declared.name)
  const { artifactStore, artifactStores } = draft.definition(execution)
  const encryptionKey = (artifactStore ?? artifactStores?.[draft.around.region])?.encryptionKey
  const isSource = declared.actionTypeId.category === 'Source'
  return {
    actionTypeId: declared.actionTypeId,
    configuration,
    pipelineName: execution.pipelineName,
    pipelineVersion: execution.pipelineVersion,
    pipelineExecutionId: execution.id,
    stageName: action.stageName,
    actionName: declared.name,
    actionExecutionId: action.id,
    inputArtifacts: action.inputArtifacts,
    outputArtifacts: action.outputArtifacts.map((artifact) => {
      const files = declared.outputArtifacts?.find((one) => one.name === artifact.name)?.files
      return files ? { ...artifact, files } : artifact
    }),
    ...(isSource && revision ? { revision } : {}),
    ...(isSource && sourceOverride ? { sourceOverride } : {}),
    ...(execution.untrusted ? { untrusted: true } : {}),
    ...(execution.sourceRevisions.some((one) => one.pullRequest) ? { pullRequest: true } : {}),
    ...(declared.commands ? { commands: declared.commands } : {}),
    ...(declared.environmentVariables ? { environmentVariables: declared.environmentVariables } : {}),
    ...(declared.outputVariables ? { outputVariableNames: declared.outputVariables } : {}),
    ...(encryptionKey ? { encryptionKey } : {}),
  }
}
