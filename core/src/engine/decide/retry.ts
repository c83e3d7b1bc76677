import { Fault } from '../../domain/faults.js'
import type { RetryMode } from '../../domain/pipeline.js'
import type { RetryTrigger, StageExecution } from '../../domain/stage.js'
import type { Draft } from '../draft.js'
import type { RetryStageEvent } from '../events.js'
import { refuseToResumeBeyondLimit } from './concurrency.js'
import { refuseUnlessLatest, reopen } from './outcome.js'

/**
 * Runs a failed or stopped stage again (R1..R3, R5, P4, X7). Errors: StageNotRetryableException,
 * NotLatestPipelineExecutionException, ConcurrentPipelineExecutionsLimitExceededException.
 */
export function retryStage(draft: Draft, event: RetryStageEvent): string {
  const stage = draft.findStageExecution(event.executionId, event.stageName)
  refuseUnlessRetryable(draft, stage, event)
  refuseUnlessLatest(draft, event.executionId, event.stageName)
  refuseToResumeBeyondLimit(draft, event.executionId)
  if (stage) rerun(draft, stage, event.mode, 'ManualStageRetry')
  return event.executionId
}

function refuseUnlessRetryable(draft: Draft, stage: StageExecution | undefined, event: RetryStageEvent): void {
  const why = whyNot(draft, stage, event.mode)
  if (why === undefined) return
  throw new Fault(
    'StageNotRetryableException',
    `The stage '${event.stageName}' cannot be retried in execution ${event.executionId}: ${why}`,
  )
}

function whyNot(draft: Draft, stage: StageExecution | undefined, mode: RetryMode): string | undefined {
  if (!stage) return 'the execution has not been in it'
  const execution = draft.execution(stage.executionId)
  if (execution.pipelineVersion !== draft.state.pipeline.version) {
    return `the pipeline's structure changed since (it ran on version ${execution.pipelineVersion}, now ${draft.state.pipeline.version})`
  }
  if (stage.status === 'Skipped') return 'it was skipped' // (R5)
  if (execution.cancelling) return 'the execution is being cancelled'
  const actions = draft.actionsOf(stage)
  const inProgress = actions.some((action) => action.status === 'InProgress')
  const failed = actions.some((action) => action.status === 'Failed' || action.status === 'Abandoned')
  if (stage.status === 'Stopped' && !inProgress) return undefined // what a stop left can be run (P4)
  if (stage.status === 'InProgress' && !(failed && inProgress))
    return 'nothing in it has failed, or a retry is in progress'
  if (stage.status !== 'Failed' && stage.status !== 'InProgress') return `it is ${stage.status}`
  if (mode === 'ALL_ACTIONS' && inProgress) return 'actions of it are still in progress' // (R1)
  return undefined
}

/** Forgets what is to run again; settling starts it. Conditions after the actions are judged anew. */
export function rerun(draft: Draft, stage: StageExecution, mode: RetryMode, trigger: RetryTrigger): void {
  const kept =
    mode === 'ALL_ACTIONS'
      ? []
      : draft.actionsOf(stage).filter((one) => one.status === 'Succeeded' || one.status === 'InProgress')
  const { onSuccess: _judgedBefore, onFailure: _failureBefore, ...rest } = stage
  const broken = rest.beforeEntry && rest.beforeEntry.status !== 'Succeeded' && rest.beforeEntry.status !== 'Overridden'
  const { beforeEntry: _entryBefore, ...unconditioned } = rest
  draft.putStageExecution({
    ...(broken ? unconditioned : rest),
    actions: Object.fromEntries(kept.map((one) => [one.actionName, one.id])),
    retry: counted(stage, trigger),
  })
  reopen(draft, stage.executionId, stage.stageName)
}

/** A stage's tries, with one more (R4). */
function counted({ retry }: StageExecution, trigger: RetryTrigger): NonNullable<StageExecution['retry']> {
  const automatic = trigger === 'AutomatedStageRetry'
  return {
    ...retry,
    ...(automatic
      ? { autoStageRetryAttempt: (retry?.autoStageRetryAttempt ?? 0) + 1 }
      : { manualStageRetryAttempt: (retry?.manualStageRetryAttempt ?? 0) + 1 }),
    latestRetryTrigger: trigger,
  }
}
