/** How a stage ends badly, and how it is taken up again. */
import type { PipelineExecution } from '../../domain/execution.js'
import { Fault } from '../../domain/faults.js'
import type { Draft } from '../draft.js'

/** The stage and its execution fail; the stage is free again (X3). */
export function fail(draft: Draft, execution: PipelineExecution, stageName: string): void {
  draft.stepStage(execution.id, stageName, 'fail')
  draft.stepExecution(execution.id, 'fail')
}

/** Back to work in a stage that had ended. */
export function reopen(draft: Draft, executionId: string, stageName: string): void {
  draft.stepStage(executionId, stageName, 'resume')
  if (draft.execution(executionId).status === 'InProgress') return
  const position = { stage: stageName, waiting: false, since: draft.now }
  const { stop: _over, ...execution } = draft.execution(executionId)
  draft.putExecution(execution)
  draft.stepExecution(executionId, 'resume', { position })
}

/** R3: a later execution has the stage's word now. PARALLEL executions do not meet (X6). */
export function refuseUnlessLatest(draft: Draft, executionId: string, stageName: string): void {
  const latest = draft.stageRecord(stageName).latestExecutionId
  if (latest === executionId || draft.execution(executionId).mode === 'PARALLEL') return
  throw new Fault(
    'NotLatestPipelineExecutionException',
    `The pipeline execution ${executionId} is not the latest in stage '${stageName}': that is ${latest ?? 'none'}`,
  )
}
