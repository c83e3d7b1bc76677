import { defined } from '../../domain/defined.js'
import type { PipelineExecution } from '../../domain/execution.js'
import { Fault } from '../../domain/faults.js'
import type { Draft } from '../draft.js'
import type { StopEvent } from '../events.js'
import { dropConditions } from './condition.js'

/**
 * Ends an execution (P1..P3, T5). Stop and wait: nothing more starts, and once nothing runs it is Stopped. Abandon: it
 * is Stopped now.
 * Errors: PipelineExecutionNotStoppableException, DuplicatedStopRequestException.
 */
export function stop(draft: Draft, event: StopEvent): string {
  const execution = draft.execution(event.executionId)
  refuseUnlessStoppable(execution, event)
  const reason = event.reason ?? execution.stop?.reason
  const asked = { abandon: event.abandon, ...defined({ reason }) }
  if (execution.position?.waiting) {
    draft.stepExecution(execution.id, 'stop', { stop: asked }) // at a door it never enters (T5)
    return execution.id
  }
  draft.putExecution({ ...execution, stop: asked })
  if (execution.status === 'InProgress') draft.stepExecution(execution.id, 'askStop')
  if (execution.position) windDown(draft, execution.id, execution.position.stage, event.abandon)
  return execution.id
}

function refuseUnlessStoppable(execution: PipelineExecution, event: StopEvent): void {
  if (execution.status !== 'InProgress' && execution.status !== 'Stopping') {
    throw new Fault(
      'PipelineExecutionNotStoppableException',
      `The pipeline execution ${execution.id} cannot be stopped: it is ${execution.status}`,
    )
  }
  const repeated = execution.status === 'Stopping' && (!event.abandon || execution.stop?.abandon)
  if (!repeated) return
  throw new Fault(
    'DuplicatedStopRequestException',
    `The pipeline execution ${execution.id} is already being stopped${event.abandon ? ' and abandoned' : ''}`,
  )
}

/** The stage knows of the stop; rules are dropped at once, actions only when they are abandoned (P2). */
function windDown(draft: Draft, executionId: string, stageName: string, abandon: boolean): void {
  const stage = draft.stageExecution(executionId, stageName)
  if (stage.status === 'InProgress') draft.stepStage(executionId, stageName, 'askStop')
  dropConditions(draft, executionId, stageName, 'abandon')
  if (!abandon) return
  for (const action of draft.actionsOf(stage)) {
    if (action.status !== 'InProgress') continue
    draft.stepAction(action.id, 'abandon', {
      error: { code: 'Abandoned', message: 'the execution was stopped and abandoned' },
    })
    draft.endJob({ actionExecutionId: action.id, how: 'abandon' })
  }
}
