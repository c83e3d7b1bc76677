import type { PipelineExecution } from '../../domain/execution.js'
import { Fault } from '../../domain/faults.js'
import type { Draft } from '../draft.js'

/** How many executions of a pipeline can be in progress at once in QUEUED and PARALLEL mode (X7). */
export const concurrentExecutions = 50

/** Refuses one more than there can be (X7). Errors: ConcurrentPipelineExecutionsLimitExceededException. */
export function refuseBeyondLimit(draft: Draft, mode: PipelineExecution['mode']): void {
  if (mode === 'SUPERSEDED') return
  const running = draft.liveExecutions().length
  if (running < concurrentExecutions) return
  throw new Fault(
    'ConcurrentPipelineExecutionsLimitExceededException',
    `The pipeline '${draft.pipelineName}' has ${running} executions in progress, and in ${mode} mode there can be ${concurrentExecutions}`,
  )
}

/** The same for an execution that had ended and is to be taken up again. */
export function refuseToResumeBeyondLimit(draft: Draft, executionId: string): void {
  const { status, mode } = draft.execution(executionId)
  if (status !== 'InProgress' && status !== 'Stopping') refuseBeyondLimit(draft, mode)
}
