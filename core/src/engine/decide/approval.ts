import type { ActionExecution } from '../../domain/action.js'
import {
  type ApprovalStanding,
  approvalTimeout,
  type GivenApproval,
  quorumOf,
  sameArtifacts,
} from '../../domain/approval.js'
import type { Artifact } from '../../domain/artifact.js'
import { Fault } from '../../domain/faults.js'
import type { Draft } from '../draft.js'
import type { AnswerApprovalEvent } from '../events.js'
import { actionNotFound, stageNotFound } from '../names.js'

/** How an approval stands when it is asked: A5's people and A6's artifacts. */
export function standingOf(draft: Draft, executionId: string, stageName: string, runOrder: number): ApprovalStanding {
  return {
    ...quorumOf(draft.state.pipeline.tags),
    given: [],
    artifacts: artifactsBehind(draft, executionId, stageName, runOrder),
  }
}

/** Those that actions behind this one take, as far as they are there. */
function artifactsBehind(draft: Draft, executionId: string, stageName: string, runOrder: number): Artifact[] {
  const execution = draft.execution(executionId)
  const { stages } = draft.definition(execution)
  const at = stages.findIndex(({ name }) => name === stageName)
  const later = stages
    .slice(at)
    .flatMap(({ name, actions }) =>
      name === stageName ? actions.filter((each) => (each.runOrder ?? 1) > runOrder) : actions,
    )
  const taken = new Set(later.flatMap(({ inputArtifacts = [] }) => inputArtifacts.map(({ name }) => name)))
  return Object.values(execution.artifacts).filter(({ name }) => taken.has(name))
}

/** Tells who is to answer. */
export function askApproval(draft: Draft, action: ActionExecution): void {
  draft.tell({
    kind: 'approvalNeeded',
    pipelineName: action.pipelineName,
    pipelineExecutionId: action.executionId,
    stageName: action.stageName,
    actionName: action.actionName,
    token: action.token ?? '',
    expires: action.deadline ?? draft.now + approvalTimeout,
    configuration: action.resolvedConfiguration,
  })
}

/** A6: an action beside the approval has put out what comes behind it. Whoever said yes said it to something else. */
export function askAgain(draft: Draft, executionId: string, stageName: string): void {
  const stage = draft.findStageExecution(executionId, stageName)
  if (!stage) return
  for (const action of draft.actionsOf(stage)) {
    if (action.status !== 'InProgress' || !action.approvals) continue
    const artifacts = artifactsBehind(draft, executionId, stageName, action.runOrder)
    if (sameArtifacts(action.approvals.artifacts, artifacts)) continue
    const { summary: _before, ...kept } = action
    const renewed = { ...kept, token: draft.around.newId(), approvals: { ...action.approvals, given: [], artifacts } }
    draft.putAction(renewed)
    draft.tellAction(action.id)
    askApproval(draft, renewed)
  }
}

/**
 * Who waits is answered by the token, by as many people as it takes (A1..A3, A5). Errors: StageNotFoundException,
 * ActionNotFoundException, InvalidApprovalTokenException, ApprovalAlreadyCompletedException, AccessDeniedException.
 */
export function answerApproval(draft: Draft, event: AnswerApprovalEvent): string {
  const action = findApproval(draft, event)
  if (action.status !== 'InProgress') {
    throw new Fault(
      'ApprovalAlreadyCompletedException',
      `The approval '${event.actionName}' in stage '${event.stageName}' has already been answered: it is ${action.status}`,
    )
  }
  refuseStranger(action, event)
  const answered = { summary: event.result.summary, lastUpdatedBy: event.by }
  if (event.result.status === 'Rejected') draft.stepAction(action.id, 'fail', { ...answered, error: rejection(event) })
  else approve(draft, action, event)
  return action.executionId
}

/** A5: one more yes, which is the last one or not. */
function approve(draft: Draft, action: ActionExecution, { by, result: { summary } }: AnswerApprovalEvent): void {
  const { approvals } = action
  const given: GivenApproval[] = [...(approvals?.given ?? []), { by, at: draft.now, summary }]
  const standing = approvals && { approvals: { ...approvals, given } }
  if (given.length >= (approvals?.needed ?? 1)) {
    draft.stepAction(action.id, 'succeed', { summary, lastUpdatedBy: by, ...standing })
    return
  }
  const names = given.map((one) => one.by.split('/').at(-1)).join(', ')
  const said = `${given.length} of ${approvals?.needed} have approved: ${names}`
  draft.putAction({ ...action, ...standing, lastUpdatedBy: by, summary: said })
  draft.tellAction(action.id)
}

function refuseStranger({ approvals }: ActionExecution, { by, actionName, result }: AnswerApprovalEvent): void {
  if (!approvals) return
  const name = by.split('/').at(-1) ?? by
  if (approvals.of && !approvals.of.includes(name))
    throw new Fault(
      'AccessDeniedException',
      `${by} may not answer '${actionName}': the tag penstock:approvals names ${approvals.of.join(', ')}`,
    )
  if (result.status === 'Approved' && approvals.given.some((one) => one.by === by))
    throw new Fault(
      'ApprovalAlreadyCompletedException',
      `${by} has approved '${actionName}' already: it takes ${approvals.needed} different people, ${approvals.given.length} so far`,
    )
}

function rejection({ result, by }: AnswerApprovalEvent): NonNullable<ActionExecution['error']> {
  return { code: 'Rejected', message: `rejected by ${by}${result.summary ? `: ${result.summary}` : ''}` }
}

function findApproval(draft: Draft, event: AnswerApprovalEvent): ActionExecution {
  const stage = draft.state.pipeline.declaration.stages.find((one) => one.name === event.stageName)
  const candidates = [...draft.state.actions.values()].filter(
    (one) => one.stageName === event.stageName && one.actionName === event.actionName,
  )
  if (!stage && candidates.length === 0) {
    throw stageNotFound(event.stageName, draft.pipelineName)
  }
  if (candidates.length === 0 && !stage?.actions.some((one) => one.name === event.actionName)) {
    throw actionNotFound(event.actionName, event.stageName, draft.pipelineName)
  }
  const action = candidates.find((one) => one.token === event.token)
  if (action) return action
  throw new Fault(
    'InvalidApprovalTokenException',
    `The token is not that of a pending approval '${event.actionName}' in stage '${event.stageName}': get-pipeline-state gives the present one`,
  )
}
