import type { ActionExecution } from '../../domain/action.js'
import { Fault } from '../../domain/faults.js'
import type { Draft } from '../draft.js'
import type { AnswerApprovalEvent } from '../events.js'
import { actionNotFound, stageNotFound } from '../names.js'

/**
 * Who waits is answered once, by the token (A1..A3). Errors: StageNotFoundException, ActionNotFoundException,
 * InvalidApprovalTokenException, ApprovalAlreadyCompletedException.
 */
export function answerApproval(draft: Draft, event: AnswerApprovalEvent): string {
  const action = findApproval(draft, event)
  if (action.status !== 'InProgress') {
    throw new Fault(
      'ApprovalAlreadyCompletedException',
      `The approval '${event.actionName}' in stage '${event.stageName}' has already been answered: it is ${action.status}`,
    )
  }
  const answered = { summary: event.result.summary, lastUpdatedBy: event.by }
  if (event.result.status === 'Approved') draft.stepAction(action.id, 'succeed', answered)
  else draft.stepAction(action.id, 'fail', { ...answered, error: rejection(event) })
  return action.executionId
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
